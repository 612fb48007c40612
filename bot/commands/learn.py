"""Commands of the conversation designer: put accepted examples into the training data, train, and compare."""

import argparse
import hashlib
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from bot.commands.model import working_knowledge
from bot.commands.operating import opened
from bot.commands.trouble import Trouble
from bot.core.settings import Settings
from bot.learning import export as exports
from bot.learning import held, project, service
from bot.up.asking import guesses
from bot.up.logs import LogPump
from bot.up.places import Places
from bot.up.training import ensure_model, forget

WHY_NOT = {
    exports.Fate.OTHERWISE: "stands below {where} already; settle which is right, in the files",
    exports.Fate.HELD_OUT: "is held out to judge models by, so none may learn it",
    exports.Fate.NOWHERE: "has no file with examples of its intent",
}


def export(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    """Write what was accepted below its intent, in the files' own layout; again, and nothing is written twice."""
    folder: Path = arguments.to or project.DATA
    if not folder.is_dir():
        raise Trouble(f"{folder}: there is no such folder of training data.")
    with opened(settings) as database, database.transaction() as session:
        found = exports.do_export(session, folder=folder)
    for one in found:
        if one.fate is exports.Fate.WRITTEN:
            yield f"{folder / one.where}: {one.intent}: {one.text}"
        elif one.fate in WHY_NOT:
            yield f"not written: {one.intent}: {one.text} ({WHY_NOT[one.fate].format(where=one.where)})"
    fates = [one.fate for one in found]
    written, there = fates.count(exports.Fate.WRITTEN), fates.count(exports.Fate.THERE)
    yield f"{written} written, {there} were there already, {len(found) - written - there} not written."


def train(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    """Train on the files as they stand, and compare with the model in use; the next start takes the new one."""
    places = Places(settings.data_dir.resolve())
    places.make()
    with closing(LogPump(places.logs)) as logs, opened(settings) as database, _kept_aside(places) as before:
        logs.start()
        with working_knowledge(settings, places, logs) as url:
            if arguments.force:
                forget(places)
            after = ensure_model(places, knowledge_url=url, logs=logs, wait=time.sleep)
            yield f"The model is {after}. It is asked what it was not trained on, beside the one in use before ..."
            figures = _compared(before, after, places=places, knowledge_url=url)
        with database.transaction() as session:
            _do_note(session, before=before, after=after, figures=figures)
    yield from _table(figures)
    yield "A running Rasa takes the new model at its next start. To go back, put data/ back and train again."


@contextmanager
def _kept_aside(places: Places) -> Iterator[Path | None]:
    """A copy of the model in use, which training is about to replace; None where there is none."""
    if not places.model.exists():
        yield None
        return
    aside = places.models / "before.tar.gz"
    shutil.copyfile(places.model, aside)
    try:
        yield aside
    finally:
        aside.unlink()


def _do_note(session: Session, *, before: Path | None, after: Path, figures: dict[str, Any]) -> None:
    service.do_note_training(
        session,
        before=_digest(before) if before else None,
        after=_digest(after),
        examples=service.counts(session)["accepted"],
        figures=figures,
    )


def _digest(model: Path) -> str:
    """What tells one model from another."""
    return hashlib.sha256(model.read_bytes()).hexdigest()[:16]


def _compared(before: Path | None, after: Path, **ask: Any) -> dict[str, dict[str, dict[str, int]]]:
    """By set, then `before` and `after`, then `{right, of}`."""
    sets = held.sets()
    if not sets:
        raise Trouble("There is nothing to compare by: tests/rasa/heldout.yml is not here.")
    models = {name: model for name, model in (("before", before), ("after", after)) if model is not None}
    found = {name: held.right(sets, _said(model, sets, **ask)) for name, model in models.items()}
    return {name: {model: found[model][name] for model in found} for name in sets}


def _said(model: Path, sets: held.Sets, **ask: Any) -> dict[str, Sequence[str]]:
    asked = [(one.text, held.told(one.text)) for sentences in sets.values() for one in sentences]
    answers = iter(guesses(model, asked, **ask))
    return {name: [next(answers).intent for _ in sentences] for name, sentences in sets.items()}


def _table(figures: Mapping[str, Mapping[str, Mapping[str, int]]]) -> Iterator[str]:
    yield f"  {'held out':<10} {'before':>16} {'after':>16}"
    for name, of in figures.items():
        yield f"  {name:<10} {_share(of.get('before')):>16} {_share(of['after']):>16}"


def _share(figure: Mapping[str, int] | None) -> str:
    if figure is None:
        return "no model"
    return f"{figure['right']}/{figure['of']} {100 * figure['right'] / figure['of']:.1f} %"
