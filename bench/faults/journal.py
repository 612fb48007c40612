"""What the customers and the agent know: written down by them before their next step, and read by the checker."""

import hashlib
import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Sent:
    """A customer's message when it was first sent. `at` everywhere: monotonic seconds of the bench."""

    conversation_id: str
    client_message_id: str
    text_hash: str
    at: float


@dataclass(frozen=True)
class Acked:
    conversation_id: str
    client_message_id: str
    message_id: str
    seq: int
    at: float


@dataclass(frozen=True)
class Seen:
    """A message that arrived at the customer. `line` numbers the conversation's sockets, one after the other."""

    conversation_id: str
    line: int
    seq: int
    message_id: str
    author: str
    text_hash: str
    in_reply_to: str | None
    at: float


@dataclass(frozen=True)
class Told:
    """A ticket that the customer was told of."""

    conversation_id: str
    number: int
    at: float


@dataclass(frozen=True)
class Replied:
    """An agent's reply that was acknowledged."""

    number: int
    message_id: str
    text_hash: str
    at: float


@dataclass(frozen=True)
class Refused:
    """A message that was not acknowledged this time, and the reason that was given."""

    conversation_id: str
    client_message_id: str
    code: str
    at: float


Entry = Sent | Acked | Seen | Told | Replied | Refused


@dataclass
class Journal:
    """All entries in the order in which they were made; each is in the file before `add` returns."""

    path: Path
    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._file = self.path.open("a", encoding="utf-8")

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._file.write(json.dumps({"kind": type(entry).__name__, **asdict(entry)}) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def now() -> float:
    return time.monotonic()
