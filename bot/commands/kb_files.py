"""Articles out of files and into files, on the command line: the same code as behind the page."""

import argparse
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from bot.commands.trouble import Trouble
from bot.core.db import Database
from bot.core.settings import Settings

FLAWS_TOLD = 20
TOLD_EVERY = 2_000


def import_file(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    """Take the articles of a file, all or none. What is there already stays as it is: an import may be repeated."""
    from bot.knowledge.imports import staging
    from bot.knowledge.imports.formats import registry

    path = Path(arguments.file)
    data, name = _content(path)
    form = registry.named(arguments.format) if arguments.format else registry.of_file(name)
    options = {"dry_run": arguments.dry_run, "language": arguments.language, "publish": not arguments.draft}
    database = Database(settings.resolved_database_url)
    try:
        kept = staging.keep_file(
            database, data, name=registry.tidy(name), form=form.name, options=options, by=None, work=False
        )
        yield from _taken(database, path, kept)
    finally:
        database.close()


def export_file(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    """Write all articles, or those of a language, into a file that can be imported again."""
    from bot.knowledge.imports import exporting

    path = Path(arguments.file)
    form = arguments.format or _format_of(path)
    database = Database(settings.resolved_database_url)
    try:
        with path.open("wb") as out:
            exporting.write(form, exporting.articles(database, language=arguments.language or ""), out)
    finally:
        database.close()
    yield f"Written: {path}"


def _format_of(path: Path) -> str:
    from bot.knowledge.imports import exporting
    from bot.knowledge.imports.formats import registry

    form = registry.of_file(path.name).name
    if form not in exporting.WRITERS:
        raise Trouble(f"{path}: articles are written as {', '.join(exporting.WRITERS)}.")
    return form


def _content(path: Path) -> tuple[bytes, str]:
    """The bytes of the file, and its name; a folder of Markdown as the archive that it would be."""
    if not path.exists():
        raise Trouble(f"{path}: there is no such file.")
    if not path.is_dir():
        return path.read_bytes(), path.name
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(path.rglob("*.md")):
            archive.write(file, Path(path.name) / file.relative_to(path))
    return packed.getvalue(), f"{path.name}.zip"


def _taken(database: Database, path: Path, import_id: str) -> Iterator[str]:
    from bot.knowledge.imports import work

    for step in work.run(database, import_id):
        if step.of > TOLD_EVERY and (step.done % TOLD_EVERY == 0 or step.done == step.of):
            yield f"{step.phase}: {step.done} of {step.of}"
    yield from _outcome(database, path, import_id)


def _outcome(database: Database, path: Path, import_id: str) -> Iterator[str]:
    from bot.knowledge.imports import staging
    from bot.knowledge.imports.models import Kind, State
    from bot.knowledge.imports.schemas import told

    with database.snapshot() as session:
        found = staging.access(session, import_id)
    flaws = list(_flaws(database, path, import_id))
    if found.state == State.REFUSED:
        why = told(found.problem or {}, "en")
        raise Trouble("\n".join(flaws) + "\nNothing was imported." if flaws else f"{path}: {why} Nothing was imported.")
    counts: dict[str, int] = {kind.value: found.counts[kind.value] for kind in Kind}
    if found.state == State.CHECKED:
        yield from flaws
        yield "It would be: " + ", ".join(f"{many} {kind}" for kind, many in counts.items()) + ". Nothing was imported."
        return
    published = "published" if found.options["publish"] else "added as drafts"
    yield ", ".join(_told(counts, published)) + "."


def _told(counts: dict[str, int], published: str) -> Iterator[str]:
    yield f"{counts['new']} articles {published}"
    if counts["changed"]:
        yield f"{counts['changed']} changed"
    yield f"{counts['same']} were there already"
    if counts["duplicate"]:
        yield f"{counts['duplicate']} left out, because other articles ask the same"


def _flaws(database: Database, path: Path, import_id: str) -> Iterator[str]:
    """What is wrong, row by row: the first of it."""
    from bot.knowledge.imports import staging
    from bot.knowledge.imports.models import Kind
    from bot.knowledge.imports.schemas import problems_out

    rows = (row for some in staging.to_take(database, import_id, (Kind.WRONG, Kind.DUPLICATE)) for row in some)
    for told, row in enumerate(rows):
        if told == FLAWS_TOLD:
            yield "... and more."
            return
        for one in problems_out(row, "en"):
            place = f"row {one['row']}" + (f" ({one['place']})" if one["place"] else "")
            yield f"{path}, {place}: {one['column']}: {one['problem']}."
