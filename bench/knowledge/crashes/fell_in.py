"""What a blow fell in: read from the database and the index's folder before anybody comes back."""

from pathlib import Path

from sqlalchemy import select

from bot.core import jobs
from bot.core.db import Database
from bot.knowledge import indexing, service
from bot.knowledge.imports.models import Import


def on_disk(folder: Path) -> set[str]:
    """What a write to the index that was broken off has left."""
    found = set()
    if len([*folder.glob("g-*")]) > 1 or [*folder.glob("*.new")]:
        found.add("rebuild: half written")
    journals = [journal.read_bytes() for journal in folder.glob("g-*/journal.jsonl")]
    if any(journal and not journal.endswith(b"\n") for journal in journals):
        found.add("journal: a torn line")
    return found


def in_database(db: Database, edits: bool) -> set[str]:
    """What was under way. `edits`: one was sent to the web process that was killed, and not answered."""
    with db.snapshot() as session:
        kinds = {kind for kind in (service.INDEX_JOB, indexing.INDEX_IMPORT_JOB) if jobs.under_way(session, kind)}
        states = {*session.scalars(select(Import.state).where(Import.state.in_(("reading", "applying"))).distinct())}
    found = {f"import: {state}" for state in states}
    if indexing.INDEX_IMPORT_JOB in kinds:
        found.add("import: on its way to the index")
    if found:
        found.add("import")
    if edits:
        found |= {"publish", "publish: not answered"}
    if service.INDEX_JOB in kinds:
        found |= {"publish", "publish: between database and index"}
    return found
