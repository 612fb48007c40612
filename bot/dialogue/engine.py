"""The port to whatever answers a turn. Rasa, the knowledge search alone, and a script are its implementations."""

from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class TurnInput:
    """One customer message and what an engine may know about it.

    `text` is what is asked: without a greeting, and without what the message denies. `no_complaint`: the customer says
    that it is none. `passed_over`: an article that is not to be given. `names`: of how many words the name is that is
    all there is in the message (`understanding/naming.py`); 0 where it says more. `before` is the question that it may
    go on from, `said` the article that answered that one: filled for the search alone, since Rasa keeps them itself.
    """

    sender: str
    message_id: str
    text: str
    language: str
    embedding: str
    entities: tuple[dict[str, Any], ...] = ()
    ticket: dict[str, Any] | None = None
    holding: dict[str, str] = field(default_factory=dict)
    asks_human: bool = False
    asks_ticket_status: bool = False
    passed_over: str | None = None
    names: int = 0
    no_complaint: bool = False
    before: str = ""
    said: str | None = None


@dataclass(frozen=True)
class Signal:
    """A typed fact that a turn brings back: one of `wire.SIGNALS`, its intent, and what belongs to it."""

    name: str
    intent: str = ""
    confidence: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EngineReply:
    """What an engine would say, and what it recognised. Never without a signal."""

    texts: tuple[str, ...]
    signals: tuple[Signal, ...]
    engine: str


class EngineFailed(Exception):
    """The engine gave no usable reply. Its text holds no words of the customer."""


class Engine(Protocol):
    name: str

    async def answer(self, turn: TurnInput) -> EngineReply:
        """Reply to one message. Raises EngineFailed; bounded in time; safe to repeat."""

    async def ready(self) -> bool:
        """Whether it would answer now."""

    async def close(self) -> None: ...
