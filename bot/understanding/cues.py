"""Wishes that must be heard even while Rasa is down: a person, or news of a request. Both give the words."""

from collections.abc import Iterable

from bot.understanding.matcher import Hit
from bot.understanding.score import signs


def asks_human(text: str, hits: Iterable[Hit]) -> tuple[str, ...]:
    return tuple(sign.reason.words for sign in signs(text, hits, "asks_human"))


def asks_ticket_status(text: str, hits: Iterable[Hit]) -> tuple[str, ...]:
    return tuple(sign.reason.words for sign in signs(text, hits, "asks_ticket_status"))
