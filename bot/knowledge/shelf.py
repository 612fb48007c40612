"""The editor's list: which articles are meant, in which order, and how many each further filter would leave."""

import base64
import binascii
import json
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    TableValuedAlias,
    Text,
    and_,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from bot.core import clock, errors
from bot.core.tables import UtcDateTime
from bot.knowledge.models import Article, Status
from bot.knowledge.schemas import Listing, Narrowing

LANGUAGES = ("en", "zh")
EVERY_STATUS = "all"
FLAGS = ("stale", "broken")
FACETS = ("status", "language", "audience", "kind", "team", "category")
MOST_NAMES = 200
"""Of tags, teams and categories, those that most articles have."""


def page(session: Session, asked: Listing) -> tuple[list[Article], str | None]:
    """One page of articles, and the cursor of the next one."""
    order = _order(asked.sort)
    wanted = select(Article).where(*conditions(session, asked))
    if asked.after:
        wanted = wanted.where(_beyond(asked))
    found = list(session.scalars(wanted.order_by(*order).limit(asked.limit + 1)))
    return found[: asked.limit], _cursor(asked.sort, found[asked.limit - 1]) if len(found) > asked.limit else None


def counts(session: Session, asked: Narrowing) -> dict[str, Any]:
    """How many articles each value of each filter would leave, the others staying as they are."""
    flags = [
        _is_stale().label("stale"),
        _is_broken().label("broken"),
        *(_lacks(language).label(f"lacks_{language}") for language in LANGUAGES),
    ]
    of_filters = dict.fromkeys(FACETS, "") | {"status": EVERY_STATUS, "stale": None, "broken": None, "untranslated": ""}
    loosely = conditions(session, asked.model_copy(update=of_filters))
    each = select(*(getattr(Article, name) for name in FACETS), *flags).where(*loosely).subquery()
    tally = _Tally(asked)
    for row in session.execute(select(*each.c, func.count().label("articles")).group_by(*each.c)):
        tally.add(row)
    return {**tally.as_wire(), "tags": _tags(session, asked)}


def conditions(session: Session, asked: Narrowing) -> list[ColumnElement[bool]]:
    found = [_status(asked.status)] if asked.status != EVERY_STATUS else []
    for name in ("language", "audience", "team", "kind"):
        if wanted := getattr(asked, name):
            found.append(getattr(Article, name) == wanted)
    if asked.category:
        found.append(
            or_(Article.category == asked.category, _like(Article.category, f"{asked.category}/", begins=True))
        )
    if asked.tag:
        found.append(_among(session, Article.tags, lambda value: value == asked.tag))
    if asked.q:
        found.append(_says(session, asked.q))
    if asked.stale is not None:
        found.append(_is_stale() == asked.stale)
    if asked.broken is not None:
        found.append(_is_broken() == asked.broken)
    if asked.untranslated:
        found.append(_lacks(asked.untranslated))
    return found


class _Tally:
    """Counts of each filter's values over what all the other filters leave."""

    def __init__(self, asked: Narrowing) -> None:
        self._asked = asked
        self._total = 0
        self._flagged = Counter(dict.fromkeys(FLAGS, 0))
        self._values: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
        self._lacking: Counter[str] = Counter(dict.fromkeys(LANGUAGES, 0))

    def add(self, row: Any) -> None:
        """One combination of values, and how many articles have it."""
        lost = self._lost(row)
        self._total += 0 if lost else row.articles
        for name in FACETS:
            if lost <= {name} and getattr(row, name):
                self._values[name][getattr(row, name)] += row.articles
        for name in FLAGS:
            if getattr(row, name) and lost <= {name}:
                self._flagged[name] += row.articles
        for language in LANGUAGES:
            if getattr(row, f"lacks_{language}") and lost <= {"untranslated"}:
                self._lacking[language] += row.articles

    def _lost(self, row: Any) -> set[str]:
        """The filters that leave these articles out."""
        asked = self._asked
        lost = {name for name in FACETS[1:] if (wanted := getattr(asked, name)) and not _fits(name, row, wanted)}
        if not _status_fits(asked.status, row.status):
            lost.add("status")
        lost |= {name for name in FLAGS if getattr(asked, name) not in (None, bool(getattr(row, name)))}
        if asked.untranslated and not getattr(row, f"lacks_{asked.untranslated}"):
            lost.add("untranslated")
        return lost

    def as_wire(self) -> dict[str, Any]:
        values = self._values
        return {
            "total": self._total,
            **{name: dict(sorted(values[name].items())) for name in ("status", "language", "audience", "kind")},
            "teams": _named(values["team"].most_common(MOST_NAMES)),
            "categories": _named(sorted(values["category"].most_common(MOST_NAMES))),
            **self._flagged,
            "untranslated": dict(self._lacking),
        }


def _fits(name: str, row: Any, wanted: str) -> bool:
    value = getattr(row, name) or ""
    return value == wanted or (name == "category" and value.startswith(f"{wanted}/"))


def _status_fits(wanted: str, status: str) -> bool:
    if wanted == EVERY_STATUS:
        return True
    return status in wanted.split(",") if wanted else status != Status.ARCHIVED


def _tags(session: Session, asked: Narrowing) -> list[dict[str, Any]]:
    each = _each(session, Article.tags)
    wanted = select(each.c.value, func.count()).select_from(Article).join(each, true())
    narrowed = wanted.where(*conditions(session, asked.model_copy(update={"tag": ""}))).group_by(each.c.value)
    return _named(session.execute(narrowed.order_by(func.count().desc(), each.c.value).limit(MOST_NAMES)))


def _named(found: Iterable[Any]) -> list[dict[str, Any]]:
    return [{"name": name, "count": count} for name, count in found]


def _status(wanted: str) -> ColumnElement[bool]:
    return Article.status.in_(wanted.split(",")) if wanted else Article.status != Status.ARCHIVED


def _is_stale() -> ColumnElement[bool]:
    moment = clock.now()
    return func.coalesce(or_(Article.review_by <= moment, Article.valid_until <= moment), false())


def _is_broken() -> ColumnElement[bool]:
    return Article.broken_links.is_not(None)


def _lacks(language: str) -> ColumnElement[bool]:
    """Nothing of its subject is there in `language`."""
    other = aliased(Article)
    there = exists().where(
        other.subject == Article.subject, other.language == language, other.status != Status.ARCHIVED
    )
    return and_(Article.language != language, ~there)


def _says(session: Session, words: str) -> ColumnElement[bool]:
    """Anything of the article holds these words, as they are written."""
    lists = [_among(session, column, lambda value: _like(value, words)) for column in (Article.variants, Article.tags)]
    return or_(_like(Article.question, words), _like(Article.answer, words), *lists)


def _among(session: Session, column: Any, fits: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    each = _each(session, column)
    return exists(select(1).select_from(each).where(fits(each.c.value)))


def _each(session: Session, column: Any) -> TableValuedAlias:
    """The texts of a JSON list, as rows."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    return (func.json_each if sqlite else func.json_array_elements_text)(column).table_valued("value")


def _like(column: Any, words: str, *, begins: bool = False) -> ColumnElement[bool]:
    plain = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found: ColumnElement[bool] = cast(column, Text).ilike(f"{plain}%" if begins else f"%{plain}%", escape="\\")
    return found


def _order(sort: str) -> tuple[Any, ...]:
    if sort == "updated":
        return Article.updated_at.desc(), Article.id.desc()
    return (Article.question, Article.id) if sort == "question" else (Article.id,)


def _beyond(asked: Listing) -> ColumnElement[bool]:
    """What comes after the last article of the page before."""
    if asked.sort == "id":
        return Article.id > asked.after
    value, article_id = _decoded(asked.after)
    if asked.sort == "question":
        return tuple_(Article.question, Article.id) > tuple_(value, article_id)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise _unknown_cursor() from error
    return tuple_(Article.updated_at, Article.id) < tuple_(literal(moment, UtcDateTime()), literal(article_id))


def _cursor(sort: str, last: Article) -> str:
    if sort == "id":
        return last.id
    value = last.question if sort == "question" else last.updated_at.isoformat()
    return base64.urlsafe_b64encode(json.dumps([value, last.id]).encode()).decode()


def _decoded(cursor: str) -> tuple[str, str]:
    try:
        value, article_id = json.loads(base64.urlsafe_b64decode(cursor))
    except (ValueError, TypeError, binascii.Error) as error:
        raise _unknown_cursor() from error
    if not (isinstance(value, str) and isinstance(article_id, str)):
        raise _unknown_cursor()
    return value, article_id


def _unknown_cursor() -> errors.Invalid:
    return errors.Invalid("This cursor is not one of ours.", fields={"after": "unknown"})
