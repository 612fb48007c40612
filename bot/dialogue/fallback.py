"""The knowledge search alone: answers while Rasa is away or behind, from the text's cues and the articles."""

from bot import wire
from bot.dialogue.engine import EngineFailed, EngineReply, Signal, TurnInput
from knowledge_index.client import KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable


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
        if found.decision == "answer" and found.hits:
            best = found.hits[0]
            extra = {"article_id": best.article_id, "question": best.question, "score": best.score}
            return EngineReply((best.answer,), (Signal(wire.ANSWERED, extra=extra),), self.name)
        if found.decision == "choices" and found.hits:
            choices = [
                {"title": hit.question, "payload": f"{wire.ARTICLE_CHOICE}{hit.article_id}"} for hit in found.hits
            ]
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
