"""What each row would do to the articles that are there now: new, changed, same, duplicate or wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.tables import new_id
from bot.knowledge import service
from bot.knowledge.imports.alike import Questions
from bot.knowledge.imports.models import Kind
from bot.knowledge.imports.rows import Checked, Problem, flaw
from bot.knowledge.models import Article, Status
from bot.knowledge.schemas import ArticleIn

AT_ONCE = 400
TWICE = "stands in an earlier row too"
Content = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """`article_id`: what the row makes, changes or doubles. `version`: what a changed row goes on from. `subject`: of a
    new one."""

    checked: Checked
    kind: Kind
    article_id: str | None = None
    version: int | None = None
    subject: str | None = None
    changes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass
class Plan:
    """Rows are judged one after the other: a later one may double an earlier one."""

    questions: Questions
    subjects: dict[tuple[str, str], str]
    take_duplicates: bool = False
    taken: dict[str, int] = field(default_factory=dict)
    """Articles that an earlier row makes or changes, and the number of that row."""

    def judged(self, session: Session, checked: Sequence[Checked]) -> list[Verdict]:
        named = [self._named(one) for one in checked]
        articles = held(session, [article_id for article_id in named if article_id])
        return [self._verdict(one, article_id, articles) for one, article_id in zip(checked, named, strict=True)]

    def _named(self, checked: Checked) -> str | None:
        """The id that a row means: its own, that of its subject, that of its very question."""
        given = checked.given
        if given is None or checked.article_id:
            return checked.article_id
        by_subject = self.subjects.get((given.subject, given.language)) if given.subject else None
        return by_subject or self.questions.same(given.language, given.question)

    def _verdict(self, checked: Checked, named: str | None, articles: dict[str, Article]) -> Verdict:
        given = checked.given
        if given is None:
            return Verdict(checked, Kind.WRONG, named, problems=checked.problems)
        named = named or self.questions.same(given.language, given.question)
        if named in self.taken:
            return self._again(checked, named)
        article = articles.get(named) if named else None
        if article is None:
            return self._new(checked, given, named)
        self.taken[article.id] = checked.row.number
        if article.language != given.language:
            told = flaw("language", "is not that of the article with this id")
            return Verdict(checked, Kind.WRONG, article.id, problems=(told,))
        changes = tuple(changed(article, given))
        if changes and article.status == Status.ARCHIVED:
            return Verdict(checked, Kind.WRONG, article.id, problems=(flaw("id", "is that of an archived article"),))
        return Verdict(checked, Kind.CHANGED if changes else Kind.SAME, article.id, article.version, changes=changes)

    def _again(self, checked: Checked, named: str) -> Verdict:
        if checked.article_id:
            return Verdict(checked, Kind.WRONG, named, problems=(flaw("id", TWICE),))
        return Verdict(checked, Kind.DUPLICATE, named, problems=(flaw("question", TWICE),))

    def _new(self, checked: Checked, given: ArticleIn, named: str | None) -> Verdict:
        made = named or new_id()
        subject = given.subject or self._derived(made, given.language)
        other = self.subjects.get((subject, given.language))
        if other is not None:
            told = flaw("subject", "has an article in this language already")
            return Verdict(checked, Kind.WRONG, other, problems=(told,))
        doubled = None if self.take_duplicates else self.questions.near(given.language, given.question)
        if doubled is not None:
            told = flaw("question", "is asked by another article in almost the same words")
            return Verdict(checked, Kind.DUPLICATE, doubled, problems=(told,))
        self.taken[made] = checked.row.number
        self.subjects[subject, given.language] = made
        self.questions.add(made, given.language, given.question, variants=given.variants)
        return Verdict(checked, Kind.NEW, made, subject=subject)

    def _derived(self, article_id: str, language: str) -> str:
        """The id without its language, which translations share; the whole id where another article has that."""
        subject = article_id.removesuffix(f".{language}") or article_id
        return article_id if (subject, language) in self.subjects else subject


def begun(session: Session, checked: Iterable[Checked], *, take_duplicates: bool = False) -> Plan:
    """A plan that knows every article there is. `checked`: all rows of the file."""
    columns = (Article.id, Article.language, Article.question, Article.variants, Article.subject)
    there = list(session.execute(select(*columns).order_by(Article.id)))
    brought = [(one.given.language, one.given.question) for one in checked if one.given]
    questions = Questions([*((row.language, row.question) for row in there), *brought])
    for row in there:
        questions.add(row.id, row.language, row.question, variants=row.variants)
    return Plan(questions, {(row.subject, row.language): row.id for row in there}, take_duplicates)


def held(session: Session, ids: Sequence[str]) -> dict[str, Article]:
    """The articles of these ids that there are."""
    found: dict[str, Article] = {}
    for start in range(0, len(ids), AT_ONCE):
        some = session.scalars(select(Article).where(Article.id.in_(ids[start : start + AT_ONCE])))
        found |= {article.id: article for article in some}
    return found


def changed(article: Article, given: ArticleIn) -> list[str]:
    """The fields that the file says and the article has otherwise; what the file leaves out stays as it is."""
    return [name for name, value in wanted(given).items() if getattr(article, name) != value]


def wanted(given: ArticleIn) -> Content:
    """What the file says of an article's content; which article it is stays as it was."""
    names = (*service.WORDS, *service.CARE)
    return content(given, [name for name in names if name in given.model_fields_set and name != "language"])


def content(given: ArticleIn, names: Iterable[str]) -> Content:
    """As articles hold it."""
    found = {name: getattr(given, name) for name in names}
    return (
        {**found, "steps": [step.model_dump(exclude_none=True) for step in found["steps"]]}
        if "steps" in found
        else found
    )
