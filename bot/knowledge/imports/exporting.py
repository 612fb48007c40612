"""Articles as a file that can be read back unchanged."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import IO, Any

import yaml
from sqlalchemy import select

from bot.core import clock, errors
from bot.core.db import Database
from bot.knowledge.imports.formats.columns import LISTS, defused, joined
from bot.knowledge.models import Article

FIELDS = (
    "id", "subject", "language", "question", "variants", "answer", "tags", "audience", "kind", "category", "team",
    "status", "valid_from", "valid_until", "review_by", "steps",
)  # fmt: skip
AT_ONCE = 500
LONGEST_CELL = 32_767
"""A spreadsheet's own limit."""
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""Files in an archive carry no time, so that equal articles make equal archives."""
Entry = dict[str, Any]


def articles(db: Database, *, language: str = "", status: str = "") -> Iterator[Entry]:
    """By id; read in pages, each of them of one moment."""
    after = ""
    while True:
        wanted = select(Article).where(Article.id > after).order_by(Article.id).limit(AT_ONCE)
        if language:
            wanted = wanted.where(Article.language == language)
        if status:
            wanted = wanted.where(Article.status == status)
        with db.snapshot() as session:
            found = list(session.scalars(wanted))
        if not found:
            return
        yield from map(_entry, found)
        after = found[-1].id


def write(form: str, entries: Iterable[Entry], out: IO[bytes]) -> None:
    """Raises Invalid for an article that this format cannot hold."""
    WRITERS[form](entries, out)


def _csv(entries: Iterable[Entry], out: IO[bytes]) -> None:
    lines = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(lines)
    writer.writerow(FIELDS)
    writer.writerows(_cells(entry) for entry in entries)
    lines.detach()


def _xlsx(entries: Iterable[Entry], out: IO[bytes]) -> None:
    import openpyxl
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Articles")
    sheet.append(FIELDS)
    for entry in entries:
        cells = _cells(entry)
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise errors.Invalid(
                "The article {id} is longer than a cell can be. Choose another format.", words={"id": entry["id"]}
            )
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in cells])
    book.save(out)


def _json(entries: Iterable[Entry], out: IO[bytes]) -> None:
    begins = b"[\n"
    for entry in entries:
        out.write(begins + json.dumps(entry, ensure_ascii=False, indent=1).encode())
        begins = b",\n"
    out.write(b"\n]\n" if begins == b",\n" else b"[]\n")


def _json_lines(entries: Iterable[Entry], out: IO[bytes]) -> None:
    for entry in entries:
        out.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")


def _yaml(entries: Iterable[Entry], out: IO[bytes]) -> None:
    for entry in entries:
        out.write(yaml.safe_dump([entry], allow_unicode=True, sort_keys=False).encode())


def _markdown(entries: Iterable[Entry], out: IO[bytes]) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, entry in enumerate(entries, start=1):
            front = yaml.safe_dump(
                {name: value for name, value in entry.items() if name != "answer" and value not in (None, [])},
                allow_unicode=True,
                sort_keys=False,
            )
            name = zipfile.ZipInfo(f"{entry['language']}/{number:05}.md", FIRST_DAY)
            name.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(name, f"---\n{front}---\n\n{entry['answer']}\n")


def _entry(article: Article) -> Entry:
    return {name: _plain(getattr(article, name)) for name in FIELDS}


def _plain(value: Any) -> Any:
    return clock.iso(value) if isinstance(value, datetime) else value


def _cells(entry: Entry) -> list[str]:
    return [defused(_cell(name, entry[name])) for name in FIELDS]


def _cell(name: str, value: Any) -> str:
    if name in LISTS:
        return joined(value)
    if name == "steps":
        return json.dumps(value, ensure_ascii=False) if value else ""
    return "" if value is None else str(value)


Writer = Callable[[Iterable[Entry], IO[bytes]], None]
WRITERS: dict[str, Writer] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "json": _json,
    "jsonl": _json_lines,
    "yaml": _yaml,
    "markdown": _markdown,
}
ENDINGS = {"csv": "csv", "xlsx": "xlsx", "json": "json", "jsonl": "jsonl", "yaml": "yml", "markdown": "zip"}
