"""What a look found."""

from dataclasses import dataclass
from typing import Literal

from bot.commands.trouble import Trouble

Level = Literal["ok", "warning", "wrong"]


@dataclass(frozen=True)
class Finding:
    """`says` what is so; `cure`, where something is to be done, what. Wrong: a start, or an answer, will fail by it."""

    level: Level
    says: str
    cure: str = ""


def ok(says: str) -> Finding:
    return Finding("ok", says)


def warning(says: str, cure: str) -> Finding:
    return Finding("warning", says, cure)


class Wrong(Trouble):
    """Ends a look: what comes after it makes no sense any more."""

    def __init__(self, says: str, cure: str) -> None:
        super().__init__(says)
        self.finding = Finding("wrong", says, cure)
