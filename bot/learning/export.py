"""Accepted examples go into the project's training data; what was written, and what was not and why."""

import enum
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from bot.core import clock
from bot.learning import held, project, service
from bot.learning.models import Correction


class Fate(enum.StrEnum):
    WRITTEN = "written"
    THERE = "there"
    """An example with these words stands below the same intent."""
    OTHERWISE = "otherwise"
    """It stands below another intent: who is right has to be settled by hand."""
    HELD_OUT = "held_out"
    """Models are judged by these words, so none may learn them."""
    NOWHERE = "nowhere"
    """No file has examples of the intent."""


@dataclass(frozen=True)
class Exported:
    text: str
    intent: str
    fate: Fate
    where: str = ""


def do_export(session: Session, *, folder: Path) -> list[Exported]:
    """Write every accepted example that is not in the files yet. Doing it again writes nothing."""
    known = project.trained(folder)
    kept_out = {project.bare(one.text) for sentences in held.sets().values() for one in sentences}
    rows = service.to_export(session)
    found = [_export(row, folder, known, kept_out) for row in rows]
    done = [row for row, one in zip(rows, found, strict=True) if one.fate in (Fate.WRITTEN, Fate.THERE)]
    service.do_mark_exported(session, done, at=clock.now())
    return found


def _export(row: Correction, folder: Path, known: dict[str, str], kept_out: set[str]) -> Exported:
    intent, text = row.intent or "", project.as_example(row.example or "")
    bare = project.bare(text)
    if bare in known:
        other = known[bare]
        return Exported(text, intent, Fate.THERE if other == intent else Fate.OTHERWISE, other)
    if bare in kept_out:
        return Exported(text, intent, Fate.HELD_OUT)
    path = project.do_add(folder, intent=intent, text=text)
    if path is None:
        return Exported(text, intent, Fate.NOWHERE)
    known[bare] = intent
    return Exported(text, intent, Fate.WRITTEN, path.name)
