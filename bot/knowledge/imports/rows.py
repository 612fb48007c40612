"""From a row's fields to an article that may be stored, or to what is wrong with them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from bot.core import texts
from bot.knowledge import service
from bot.knowledge.imports.formats.base import Row
from bot.knowledge.imports.formats.columns import LISTS, parted
from bot.knowledge.models import Status
from bot.knowledge.schemas import ArticleIn

Problem = dict[str, Any]
"""`column`, and `type`, `msg` and `ctx` as pydantic tells them; `sentences.problem` puts it into words."""
CONTENT = (*service.WORDS, *service.CARE, "subject")
MOMENTS = ("valid_from", "valid_until", "review_by")
ID = re.compile(r"[^\s/?#%\\\x00-\x1f\x7f]{1,120}")
SHOWN_OF_WRONG = 2_000
LONGEST_QUESTION_SHOWN = 500


@dataclass(frozen=True)
class Checked:
    """`given`: the article, None where something is wrong. `article_id` and `status`: what the row itself says."""

    row: Row
    given: ArticleIn | None
    article_id: str | None
    status: str | None
    problems: tuple[Problem, ...] = ()

    @property
    def question(self) -> str:
        """What the report shows of it, for a wrong one too."""
        if self.given is not None:
            return self.given.question
        return seen(str(self.row.fields.get("question") or ""))[:LONGEST_QUESTION_SHOWN]

    def content(self) -> dict[str, Any]:
        """As JSON: what the row says of an article, or what can be shown of a wrong one."""
        if self.given is not None:
            return self.given.model_dump(mode="json", include=set(CONTENT), exclude_unset=True)
        return {seen(str(name)): _shown(value) for name, value in self.row.fields.items()}


def checked(row: Row, *, language: str | None) -> Checked:
    """`language` is that of rows which name none."""
    fields = {name: value for name, value in row.fields.items() if value is not None}
    if language and not fields.get("language"):
        fields["language"] = language
    fields = {name: _read(name, value) for name, value in fields.items()}
    if isinstance(fields.get("language"), str):
        fields["language"] = primary(fields["language"])
    problems = [flaw(column, told) for column, told in row.flaws.items()]
    article_id, status = _id(fields), str(fields.get("status") or "") or None
    if article_id is not None and not ID.fullmatch(article_id):
        problems.append(flaw("id", "an id has up to 120 characters, no blanks and none of / ? # % \\"))
    if status is not None and status not in {*Status}:
        problems.append(flaw("status", "is none of draft, published, unpublished and archived"))
    given = _article(fields, problems)
    return Checked(row, None if problems else given, article_id, status, tuple(problems))


def flaw(column: str, told: str) -> Problem:
    return {"column": column, "type": "value_error", "msg": told, "ctx": {}}


def primary(language: str) -> str:
    """`en-GB` as `en`."""
    return re.split("[-_]", language.strip().lower())[0]


def seen(text: str) -> str:
    """A text that can be stored, whatever was in it."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _article(fields: dict[str, Any], problems: list[Problem]) -> ArticleIn | None:
    try:
        return ArticleIn.model_validate({name: value for name, value in fields.items() if name in CONTENT})
    except ValidationError as error:
        problems.extend(_problems(error))
        return None


def _problems(error: ValidationError) -> Iterator[Problem]:
    for found in error.errors(include_url=False, include_input=False):
        ctx = {
            name: value if isinstance(value, int | float) else str(value)
            for name, value in found.get("ctx", {}).items()
        }
        column = ".".join(str(step) for step in found["loc"]) or "row"
        yield {"column": column, "type": found["type"], "msg": found["msg"], "ctx": ctx}


def _id(fields: dict[str, Any]) -> str | None:
    """The row's own id; with another system's id alone the same id is made of that each time."""
    if fields.get("id") not in (None, ""):
        return texts.trim(str(fields["id"]))
    outer = texts.trim(str(fields.get("external_id") or ""))
    return f"{outer}.{fields.get('language') or 'und'}" if outer else None


def _read(name: str, value: Any) -> Any:
    """A cell's text as the field has it; what does not fit is left for the check to name."""
    if not isinstance(value, str):
        return value
    if name in LISTS:
        return parted(value)
    if name == "steps":
        return _steps(value)
    return _moment(value) if name in MOMENTS else value


def _steps(cell: str) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        return cell


def _moment(cell: str) -> str:
    """A day begins at midnight, and a time without a zone is UTC."""
    whole = cell.strip().replace(" ", "T", 1)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", whole):
        whole += "T00:00:00"
    return whole if re.search(r"(Z|[+-]\d\d:?\d\d)$", whole) else f"{whole}Z"


def _shown(value: Any) -> Any:
    if isinstance(value, list):
        return [_shown(one) for one in value[:50]]
    return seen(str(value))[:SHOWN_OF_WRONG]
