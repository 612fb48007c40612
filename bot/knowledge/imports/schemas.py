"""The wire shapes of imports."""

from typing import Any, Literal

from pydantic import BaseModel

from bot.core import clock, sentences
from bot.knowledge.imports.models import Import, ImportRow, Kind, State

ENGLISH = {
    "missing": "missing",
    "literal_error": "must be {expected}",
    "string_too_short": "must not be empty",
    "string_too_long": "at most {max_length} characters",
    "too_long": "too long: at most {max_length}, here {actual_length}",
}
"""What is wrong with a field, by pydantic's names."""


class ProblemOut(BaseModel):
    """`row` is the line of the file, or the row as a spreadsheet counts; without it the whole file is meant."""

    row: int | None = None
    place: str | None = None
    column: str | None = None
    problem: str


class RowOut(BaseModel):
    """What one row would do, or did. `article_id`: the article that it makes, changes, is the same as or doubles."""

    row: int
    place: str | None = None
    position: int
    kind: Kind
    question: str
    language: str | None = None
    article_id: str | None = None
    changes: list[str]
    problems: list[ProblemOut]


class CountsOut(BaseModel):
    new: int = 0
    changed: int = 0
    same: int = 0
    duplicate: int = 0
    wrong: int = 0


class VectorsOut(BaseModel):
    """Until `done` is `of`, the rest is found by its words."""

    done: int
    of: int


class ImportOut(BaseModel):
    id: str
    name: str
    bytes: int
    format: str
    state: State
    dry_run: bool
    publish: bool
    skip_wrong: bool
    duplicates: Literal["skip", "take"]
    language: str | None
    rows: int
    done: int
    counts: CountsOut
    problem: str | None = None
    created_at: str
    finished_at: str | None = None


class ReportOut(ImportOut):
    problems: list[ProblemOut]
    preview: list[RowOut]
    next: str | None = None
    vectors: VectorsOut | None = None


class ImportsOut(BaseModel):
    items: list[ImportOut]


def import_out(found: Import, language: str) -> dict[str, Any]:
    options = found.options
    return {
        "id": found.id,
        "name": found.name,
        "bytes": found.bytes,
        "format": found.format,
        "state": found.state,
        "dry_run": bool(options.get("dry_run")),
        "publish": bool(options.get("publish", True)),
        "skip_wrong": bool(options.get("skip_wrong")),
        "duplicates": "take" if options.get("duplicates") else "skip",
        "language": options.get("language"),
        "rows": found.rows,
        "done": found.done,
        "counts": {kind.value: found.counts.get(kind.value, 0) for kind in Kind},
        "problem": told(found.problem, language) if found.problem else None,
        "created_at": clock.iso(found.created_at),
        "finished_at": clock.iso(found.finished_at) if found.finished_at else None,
    }


def row_out(row: ImportRow, language: str) -> dict[str, Any]:
    return {
        "row": row.number,
        "place": row.place,
        "position": row.position,
        "kind": row.kind,
        "question": row.question,
        "language": row.language,
        "article_id": row.article_id,
        "changes": row.changes,
        "problems": problems_out(row, language),
    }


def problems_out(row: ImportRow, language: str) -> list[dict[str, Any]]:
    return [
        {
            "row": row.number,
            "place": row.place,
            "column": one["column"],
            "problem": _in_words(one, language),
        }
        for one in row.problems
    ]


def _in_words(problem: dict[str, Any], language: str) -> str:
    """Editors read this: in English too it says no more than what is to be done."""
    plain = ENGLISH.get(problem["type"]) if language == "en" else None
    return sentences.fill(plain, problem["ctx"]) if plain else sentences.problem(problem, language)


def whole_out(problem: dict[str, Any], language: str) -> dict[str, Any]:
    """What is wrong with the file itself, as an entry among the problems of its rows."""
    row = problem["fields"].get("row")
    return {"row": row if isinstance(row, int) else None, "column": None, "problem": told(problem, language)}


def told(problem: dict[str, Any], language: str) -> str:
    sentence = sentences.told(problem["sentence"], language) or problem["sentence"]
    return sentences.fill(sentence, problem["words"])
