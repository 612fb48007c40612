"""An engine that answers from a script: for tests and for trying pages without Rasa. Chosen by FIREBREAK_ENGINE."""

import asyncio
from collections.abc import Callable

from bot import wire
from bot.dialogue.engine import EngineReply, Signal, TurnInput

Script = Callable[[TurnInput], EngineReply]


def echo(turn: TurnInput) -> EngineReply:
    """Says the message back, as an answer that comes from no article."""
    return EngineReply((turn.text,), (Signal(wire.ANSWERED, "other_question", 1.0),), "scripted")


class ScriptedEngine:
    name = "scripted"

    def __init__(self, script: Script = echo, *, delay_seconds: float = 0.0) -> None:
        self.script = script
        self.delay_seconds = delay_seconds

    async def answer(self, turn: TurnInput) -> EngineReply:
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        return self.script(turn)

    async def ready(self) -> bool:
        return True

    async def close(self) -> None:
        """Nothing is held open."""
