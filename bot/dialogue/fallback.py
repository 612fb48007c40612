"""The knowledge search alone: answers while Rasa is away or behind, from the text's cues and the articles."""

from typing import Any

from bot import wire
from bot.dialogue.engine import EngineFailed, EngineReply, Signal, TurnInput
from knowledge_index.client import Hit, KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable


class KnowledgeEngine:
    name = "knowledge"

    def __init__(self, client: KnowledgeClient) -> None:
        self._client = client

    async def answer(self, turn: TurnInput) -> EngineReply:
        if turn.asks_human:
            return self._only(Signal(wire.HANDOFF, extra={"reason": "asked"}))
        if turn.asks_ticket_status and turn.ticket:
            return self._only(Signal(wire.TICKET_STATUS))
        try:
            found = await self._client.search(turn.text, language=turn.language)
        except (KnowledgeUnavailable, KnowledgeRefused) as error:
            raise EngineFailed("the knowledge service did not answer") from error
        found = found.without(turn.passed_over)
        answers, choices = found.answers(), [wire.choice(hit.article_id, hit.question) for hit in found.offers()]
        if answers:
            extra = {**_about(answers[0]), "choices": choices}
            extra["more"] = [{**_about(hit), "text": hit.answer} for hit in answers[1:]]
            return EngineReply((answers[0].answer,), (Signal(wire.ANSWERED, extra=extra),), self.name)
        if choices:
            return self._only(Signal(wire.CHOICES, extra={"choices": choices}))
        return self._only(Signal(wire.UNANSWERED))

    async def ready(self) -> bool:
        try:
            return bool((await self._client.health())["state"] == "ready")
        except KnowledgeUnavailable:
            return False

    async def close(self) -> None:
        """The client is shared and closed by the app."""

    def _only(self, signal: Signal) -> EngineReply:
        return EngineReply((), (signal,), self.name)


def _about(hit: Hit) -> dict[str, Any]:
    return {"article_id": hit.article_id, "question": hit.question, "score": hit.score}
