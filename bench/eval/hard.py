"""The product on the hard held set, as figures: by language, and by what makes a message hard."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from bench.eval.rows import Row
from bench.eval.seen import Seen, leads_to
from bench.held import HARD, LANGUAGES, RISKS
from bench.understanding.anger import auroc
from bot.learning.held import is_right
from bot.policy import load

T = TypeVar("T")
ROOM = "held"
FEWEST = 10
"""Of messages with a tag, so that a share of them says something."""


def rows(seen: Sequence[Seen]) -> Iterator[Row]:
    for language in LANGUAGES:
        part = [one for one in seen if one.language == language]
        yield from _intents(part, language)
        yield from _answers(part, language)
        yield from _anger(part, language)
        yield from _urgency(part, language)
        yield from _risk(part, language)
        yield from _tags(part, language)


def _intents(part: Sequence[Seen], language: str) -> Iterator[Row]:
    yield _share(f"right intents, {language}", part, _right_intent)
    yield _share(f"led to the right action, {language}", part, lambda one: one.action == _right_action(one))


def _answers(part: Sequence[Seen], language: str) -> Iterator[Row]:
    """Answered: by an article, rightly if one of the label's. Abstained: asked of the articles, and not answered."""
    answered = [one for one in part if one.answered]
    answerable = [one for one in part if one.message.answerable]
    vain = [one for one in part if "oos" in one.message.tags and not one.message.answerable]
    none = [one for one in part if one.decision == "none"]
    yield _share(f"answers that are right (precision), {language}", answered, lambda one: one.right_answer)
    yield _share(f"answerable that are answered rightly (recall), {language}", answerable, lambda one: one.right_answer)
    yield _share(f"'I do not know' that is right (precision), {language}", none, lambda one: not one.message.answerable)
    yield _share(f"asked in vain and no article given (recall), {language}", vain, lambda one: not one.answered)


def _anger(part: Sequence[Seen], language: str) -> Iterator[Row]:
    values = [one.facts.anger.value for one in part]
    for name, least in (("annoyed or angry", 1), ("angry", 2)):
        reached = auroc(values, [one.message.anger >= least for one in part])
        yield Row(ROOM, f"{name} against the rest, {language}", reached, "AUROC")
    limit = load.load().dialogue.anger_hands_over
    over = [one for one in part if one.facts.anger.value >= limit]
    yield _share(f"handed over for anger and angry (precision), {language}", over, lambda one: one.message.anger == 2)


def _urgency(part: Sequence[Seen], language: str) -> Iterator[Row]:
    least = load.load().priority.urgency.pressing
    pressing = [one for one in part if one.facts.urgency.value >= least]
    urgent = [one for one in part if one.message.urgency]
    yield _share(f"urgency, precision, {language}", pressing, lambda one: one.message.urgency)
    yield _share(f"urgency, recall, {language}", urgent, lambda one: one.facts.urgency.value >= least)


def _risk(part: Sequence[Seen], language: str) -> Iterator[Row]:
    labelled = [(one, kind) for one in part for kind in one.message.risk]
    found = [(one, kind) for one in part for kind in _risks(one)]
    yield _share(f"risks, precision, {language}", found, lambda pair: pair[1] in pair[0].message.risk)
    yield _share(f"risks, recall, {language}", labelled, lambda pair: pair[1] in _risks(pair[0]))
    for kind in RISKS:
        of_kind = [pair for pair in labelled if pair[1] == kind]
        yield _share(f"risk {kind}, recall, {language}", of_kind, lambda pair: pair[1] in _risks(pair[0]))


def _tags(part: Sequence[Seen], language: str) -> Iterator[Row]:
    for tag in sorted(HARD):
        tagged = [one for one in part if tag in one.message.tags]
        if len(tagged) >= FEWEST:
            yield _share(f"right intents, {language}, {tag}", tagged, _right_intent)
            yield _share(
                f"risks as labelled, {language}, {tag}", tagged, lambda one: _risks(one) == {*one.message.risk}
            )


def _right_intent(one: Seen) -> bool:
    return is_right(one.message.intent, one.intent)


def _right_action(one: Seen) -> str:
    return leads_to()[one.message.intent]


def _risks(one: Seen) -> set[str]:
    return {risk.kind for risk in one.facts.risks}


def _share(measure: str, among: Sequence[T], is_so: Callable[[T], bool]) -> Row:
    """The share of `among`; of none it is 0 and says nothing."""
    hits = sum(map(is_so, among))
    how = f"{hits} of {len(among)}"
    return Row(ROOM, measure, hits / len(among) if among else 0.0, "share", how=how)
