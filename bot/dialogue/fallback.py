"""The knowledge search alone: answers while Rasa is away or behind, from the text's cues and the articles."""

from typing import Any

from bot import wire
from bot.dialogue.decide import ONLY_NAMED
from bot.dialogue.engine import EngineFailed, EngineReply, Signal, TurnInput
from bot.understanding.clean import fold
from bot.understanding.naming import name_in
from knowledge_index.client import Found, Hit, KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

LIKELY_ENOUGH = 0.2
"""The chance that the nearest article is meant from which the nearest are offered to who only named a thing, where the
search itself would offer nothing."""
NEAR_ENOUGH = 0.5
"""Of the nearest one's score: what is further away is not offered beside it."""


class KnowledgeEngine:
    name = "knowledge"

    def __init__(self, client: KnowledgeClient) -> None:
        self._client = client

    async def answer(self, turn: TurnInput) -> EngineReply:
        if turn.asks_human:
            return self._only(Signal(wire.HANDOFF, extra={"reason": "asked"}))
        if turn.asks_ticket_status and turn.ticket:
            return self._only(Signal(wire.TICKET_STATUS))
        text = name_in(fold(turn.text)) if turn.names else turn.text
        try:
            found = await self._client.search(text, language=turn.language, before=turn.before, said=turn.said)
        except (KnowledgeUnavailable, KnowledgeRefused) as error:
            raise EngineFailed("the knowledge service did not answer") from error
        found = found.without(turn.passed_over)
        if turn.names == 1:
            return self._offered(found)
        answers, choices = found.answers(), [_choice(hit) for hit in found.offers()]
        if answers:
            extra = {**_about(answers[0]), "choices": choices}
            extra["more"] = [{**_about(hit), "text": hit.answer} for hit in answers[1:]]
            return EngineReply((answers[0].answer,), (Signal(wire.ANSWERED, extra=extra),), self.name)
        if choices:
            return self._only(Signal(wire.CHOICES, extra={"choices": choices}))
        return self._offered(found) if turn.names else self._only(Signal(wire.UNANSWERED))

    async def ready(self) -> bool:
        try:
            return bool((await self._client.health())["state"] == "ready")
        except KnowledgeUnavailable:
            return False

    async def close(self) -> None:
        """The client is shared and closed by the app."""

    def _offered(self, found: Found) -> EngineReply:
        """The articles near a thing that was only named, to be picked from: which of them is meant was not said."""
        near = [hit for hit in found.hits if hit.score >= NEAR_ENOUGH * found.hits[0].score]
        if not near or (found.decision == "none" and found.confidence < LIKELY_ENOUGH):
            return self._only(Signal(wire.UNANSWERED, extra={"reason": ONLY_NAMED}))
        return self._only(Signal(wire.CHOICES, extra={"choices": [_choice(hit) for hit in near]}))

    def _only(self, signal: Signal) -> EngineReply:
        return EngineReply((), (signal,), self.name)


def _choice(hit: Hit) -> dict[str, str]:
    return wire.choice(hit.article_id, hit.question)


def _about(hit: Hit) -> dict[str, Any]:
    return {"article_id": hit.article_id, "question": hit.question, "score": hit.score, "language": hit.language}
