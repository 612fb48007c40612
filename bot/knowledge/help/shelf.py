"""What the public may read now: articles in force for everybody, by category, and those that have given words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, load_only

from bot.core import clock
from bot.knowledge import service
from bot.knowledge.models import Article, Audience

LANGUAGES = ("en", "zh")
A_PAGE = 100
MOST_WORDS = 6
FOUND = 20
A_SITEMAP = 40_000
"""A sitemap may have 50,000 addresses."""
BRIEFLY = (Article.id, Article.question, Article.category, Article.language, Article.subject, Article.updated_at)


@dataclass
class Category:
    """`path`: as articles carry it. `articles`: how many, those of the categories below included."""

    path: str
    articles: int = 0
    below: list["Category"] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


def public(language: str) -> ColumnElement[bool]:
    """Procedures are for agents, whatever their audience says."""
    shown = and_(Article.audience == Audience.PUBLIC, Article.kind == "answer", Article.language == language)
    return and_(shown, service.in_force(clock.now()))


def categories(session: Session, language: str) -> list[Category]:
    """The tree, each level by name."""
    counted = select(Article.category, func.count()).where(public(language), Article.category.is_not(None))
    tally: Counter[str] = Counter()
    for path, articles in session.execute(counted.group_by(Article.category)):
        for above in _and_above(path or ""):
            tally[above] += articles
    return _tree(tally, "")


def listed(session: Session, language: str, *, category: str | None, page: int) -> tuple[Sequence[Article], int]:
    """One page of a category's own articles, or of those without any; and how many there are in all."""
    where = and_(public(language), Article.category == category if category else Article.category.is_(None))
    rows = select(Article).options(load_only(*BRIEFLY)).where(where).order_by(Article.question, Article.id)
    total = session.scalar(select(func.count()).select_from(Article).where(where)) or 0
    return session.scalars(rows.offset((page - 1) * A_PAGE).limit(A_PAGE)).all(), total


def one(session: Session, language: str, article_id: str) -> Article | None:
    return session.scalar(select(Article).where(Article.id == article_id, public(language)))


def translation(session: Session, article: Article) -> Article | None:
    other = next(language for language in LANGUAGES if language != article.language)
    return session.scalar(select(Article).where(Article.subject == article.subject, public(other)))


def of_ids(session: Session, language: str, ids: Sequence[str]) -> list[Article]:
    """Those of them that may be shown, in the order of `ids`."""
    rows = session.scalars(select(Article).options(load_only(*BRIEFLY)).where(Article.id.in_(ids), public(language)))
    found = {article.id: article for article in rows}
    return [found[article_id] for article_id in ids if article_id in found]


def with_words(session: Session, language: str, text: str) -> Sequence[Article]:
    """Articles that have every word of `text`, those whose question has the first of them before the others."""
    words = text.split()[:MOST_WORDS]
    if not words:
        return []
    variants = cast(Article.variants, String)
    says = [or_(_has(Article.question, word), _has(variants, word), _has(Article.answer, word)) for word in words]
    first = case((_has(Article.question, words[0]), 0), else_=1)
    rows = select(Article).options(load_only(*BRIEFLY)).where(public(language), *says)
    return session.scalars(rows.order_by(first, Article.question, Article.id).limit(FOUND)).all()


def for_sitemap(session: Session, *, part: int) -> Sequence[Article]:
    """A part of all public articles, by id."""
    rows = select(Article).options(load_only(*BRIEFLY)).where(or_(*map(public, LANGUAGES))).order_by(Article.id)
    return session.scalars(rows.offset(part * A_SITEMAP).limit(A_SITEMAP)).all()


def many(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Article).where(or_(*map(public, LANGUAGES)))) or 0


def _has(column: ColumnElement[str] | InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    return column.icontains(word, autoescape=True)


def _and_above(path: str) -> Iterable[str]:
    parts = path.split("/")
    return ("/".join(parts[: depth + 1]) for depth in range(len(parts)))


def _tree(tally: Counter[str], above: str) -> list[Category]:
    prefix = f"{above}/" if above else ""
    here = sorted(path for path in tally if path.startswith(prefix) and "/" not in path[len(prefix) :])
    return [Category(path, tally[path], _tree(tally, path)) for path in here]
