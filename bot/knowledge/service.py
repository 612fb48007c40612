"""Articles as rows: written, versioned, published. The index is told by an outbox job and can be rebuilt any time."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.core import clock, errors, jobs
from bot.core.auth import Staff
from bot.core.tables import new_id
from bot.knowledge.models import Article, ArticleDraft, ArticleVersion, Audience, Status
from bot.knowledge.schemas import ENDS_TOO_EARLY, MOST_VARIANTS, ArticleIn

INDEX_JOB = "index_article"
WORDS = ("language", "question", "variants", "answer", "tags", "audience", "kind")
"""What a change always gives."""
CARE = ("category", "team", "valid_from", "valid_until", "review_by", "steps")
"""What a change may leave out."""
TRANSLATED = ("question", "answer", "steps")
"""A change of these leaves the translations behind."""


def access_article(session: Session, article_id: str) -> Article:
    found = session.get(Article, article_id)
    if found is None:
        raise errors.NotFound
    return found


def hold_article(session: Session, article_id: str) -> Article:
    """The article, locked until the commit, so that of two editors at once the second sees the first's version.

    Its translations are locked with it, always in the same order: a change may mark them.
    """
    subject = select(Article.subject).where(Article.id == article_id).scalar_subquery()
    group = select(Article).where(Article.subject == subject).order_by(Article.id).with_for_update()
    held = session.scalars(group.execution_options(populate_existing=True)).all()
    found = next((article for article in held if article.id == article_id), None)
    if found is None:
        raise errors.NotFound
    return found


def do_create(
    session: Session,
    *,
    given: ArticleIn,
    by: Staff | None,
    article_id: str | None = None,
    status: Status = Status.DRAFT,
) -> Article:
    """A new article, by default a draft. Raises Conflict when its subject has one in this language already."""
    moment = clock.now()
    article = Article(
        id=article_id or new_id(),
        version=1,
        status=status,
        created_at=moment,
        updated_at=moment,
        updated_by=by.id if by else None,
        links_due_at=moment,
        **_content(given, (*WORDS, *CARE)),
    )
    article.subject = _subject_of_new(session, given, article)
    article.indexed = is_in_force(article, moment)
    session.add(article)
    _flush(session, article)
    _keep_version(session, article)
    return article


def do_create_once(session: Session, *, given: ArticleIn, by: Staff, article_id: str) -> tuple[Article, bool]:
    """As `do_create`, safe to repeat after an answer that was lost; whether it is new.

    What the same editor made with this id before is brought to what they have written by now. Raises Conflict where
    somebody else made it, or has changed it since.
    """
    session.get(Staff, by.id, with_for_update=True)
    made = session.get(Article, article_id)
    if made is None:
        return do_create(session, given=given, by=by, article_id=article_id), True
    first = version_of(session, article_id, 1)
    if first.by != by.id:
        raise _id_taken()
    if _says(made, given) or _says(first, given):
        return made, False
    return do_change(session, article=hold_article(session, article_id), given=given, version=1, by=by), False


def do_change(session: Session, *, article: Article, given: ArticleIn, version: int, by: Staff) -> Article:
    """Replace the content. Raises Conflict when `version` is not the present one, or the article is archived.

    The editor's own draft of it has served: it goes.
    """
    if version != article.version:
        raise _changed_meanwhile(session, article, version)
    names = [name for name in (*CARE, "subject") if name in given.model_fields_set]
    if given.subject is None and "subject" in names:
        names.remove("subject")
    _do_set(session, article, _content(given, (*WORDS, *names)), by)
    own = (ArticleDraft.staff_id == by.id) & (ArticleDraft.article_id == article.id)
    session.execute(delete(ArticleDraft).where(own))
    return article


def do_add_variant(session: Session, *, article: Article, variant: str, version: int | None, by: Staff) -> Article:
    """One wording more, published with it. Raises Conflict as `do_change` does, and Invalid when there is no room."""
    if version is not None and version != article.version:
        raise _changed_meanwhile(session, article, version)
    known = variant in (article.question, *article.variants)
    if not known and len(article.variants) >= MOST_VARIANTS:
        raise errors.Invalid(
            "An article has at most {most} variants.", words={"most": MOST_VARIANTS}, fields={"article_id": "full"}
        )
    if known and article.status == Status.PUBLISHED:
        return article
    article.status = Status.PUBLISHED if article.status != Status.ARCHIVED else article.status
    return _do_set(session, article, {"variants": article.variants if known else [*article.variants, variant]}, by)


def do_set_status(session: Session, *, article: Article, status: Status, by: Staff | None) -> Article:
    """Publish, take back or archive. Idempotent. Raises Conflict for what is archived."""
    if article.status == status:
        return article
    _check_not_archived(article)
    article.status = status
    return _next_version(session, article, by)


def do_unarchive(session: Session, *, article: Article, by: Staff) -> Article:
    """Out of the archive, not published. Does nothing to an article that is not in it."""
    if article.status != Status.ARCHIVED:
        return article
    article.status = Status.UNPUBLISHED
    return _next_version(session, article, by)


def do_restore(session: Session, *, article: Article, version: int, by: Staff) -> Article:
    """Bring the content of an earlier version back, as a new version. Raises NotFound."""
    old = version_of(session, article.id, version)
    return _do_set(session, article, {name: getattr(old, name) for name in (*WORDS, *CARE)}, by)


def version_of(session: Session, article_id: str, version: int) -> ArticleVersion:
    found = session.scalar(
        select(ArticleVersion).where(ArticleVersion.article_id == article_id, ArticleVersion.version == version)
    )
    if found is None:
        raise errors.NotFound("This article never had a version {version}.", words={"version": version})
    return found


def do_seed(session: Session, articles: list[dict[str, Any]]) -> int:
    """Publish starter articles in an empty knowledge base; returns how many. Does nothing where one exists.

    No job a piece: `indexing.make_equal` brings them all in at once.
    """
    if session.scalar(select(Article.id).limit(1)) is not None:
        return 0
    for seed in articles:
        given = ArticleIn.model_validate(seed)
        do_create(session, given=given, by=None, article_id=seed["id"], status=Status.PUBLISHED)
    return len(articles)


def is_in_force(article: Article, moment: datetime) -> bool:
    """Whether it is published and within its dates."""
    begun = article.valid_from is None or article.valid_from <= moment
    ended = article.valid_until is not None and article.valid_until <= moment
    return article.status == Status.PUBLISHED and begun and not ended


def in_force(moment: datetime) -> ColumnElement[bool]:
    """The same as a condition of a query."""
    begun = or_(Article.valid_from.is_(None), Article.valid_from <= moment)
    open_ = or_(Article.valid_until.is_(None), Article.valid_until > moment)
    return and_(Article.status == Status.PUBLISHED, begun, open_)


def waits_for_its_day(article: Article, moment: datetime) -> bool:
    """Published, and to come into force later: at this very version, which the index must not have put behind it."""
    return article.status == Status.PUBLISHED and article.valid_from is not None and article.valid_from > moment


def published(session: Session) -> list[Article]:
    """What the index is to hold."""
    return list(session.scalars(select(Article).where(Article.indexed).order_by(Article.id)))


def digest(session: Session) -> str:
    """What the index must hold, in 64 hex digits: equal to the knowledge service's own when it is up to date."""
    held = session.execute(select(Article.id, Article.version).where(Article.indexed))
    lines = sorted(f"{article_id}:{version}\n" for article_id, version in held)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def seen_by(article: Article) -> str:
    """A procedure is for agents, whatever else is set: its sentences are for them to say."""
    return Audience.AGENTS if article.kind == "procedure" else article.audience


def for_index(article: Article) -> dict[str, Any]:
    """The article as the knowledge service takes it."""
    return {
        "id": article.id,
        "version": article.version,
        "language": article.language,
        "question": article.question,
        "variants": article.variants,
        "answer": article.answer,
        "audience": seen_by(article),
        "tags": article.tags,
        "subject": article.subject,
    }


def _content(given: ArticleIn, names: tuple[str, ...]) -> dict[str, Any]:
    content = {name: getattr(given, name) for name in names}
    if "steps" in content:
        content["steps"] = [step.model_dump(exclude_none=True) for step in given.steps]
    return content


def _says(row: Article | ArticleVersion, given: ArticleIn) -> bool:
    return all(getattr(row, name) == value for name, value in _content(given, (*WORDS, *CARE)).items())


def _id_taken() -> errors.Conflict:
    return errors.Conflict("There is an article with this id already.", fields={"id": "taken"})


def _subject_of_new(session: Session, given: ArticleIn, article: Article) -> str:
    """What was asked for; else the id without its language, which imported translations share."""
    if given.translation_of is not None:
        return access_article(session, given.translation_of).subject
    if given.subject is not None:
        return given.subject
    derived = article.id.removesuffix(f".{article.language}") or article.id
    taken = select(Article.id).where(Article.subject == derived, Article.language == article.language)
    return derived if session.scalar(taken) is None else article.id


def _do_set(session: Session, article: Article, content: dict[str, Any], by: Staff) -> Article:
    _check_not_archived(article)
    differs = any(getattr(article, name) != content.get(name, getattr(article, name)) for name in TRANSLATED)
    for name, value in content.items():
        setattr(article, name, value)
    if article.valid_from and article.valid_until and article.valid_until <= article.valid_from:
        raise errors.Invalid("It would end before it begins.", fields={"valid_until": ENDS_TOO_EARLY})
    if differs:
        _do_mark_translations(session, article)
    return _next_version(session, article, by)


def _do_mark_translations(session: Session, article: Article) -> None:
    """A change leaves the translations behind; one of an article that is behind brings it in step instead."""
    if article.behind:
        article.behind = False
        return
    others = (Article.subject == article.subject) & (Article.id != article.id)
    with session.no_autoflush:
        session.execute(update(Article).where(others).values(behind=True))


def _next_version(session: Session, article: Article, by: Staff | None) -> Article:
    article.version += 1
    article.updated_at = clock.now()
    article.updated_by = by.id if by else None
    article.indexed = is_in_force(article, article.updated_at)
    article.links_due_at = article.updated_at
    article.broken_links = [url for url in article.broken_links or () if url in article.answer] or None
    _flush(session, article)
    _keep_version(session, article)
    session.flush()
    jobs.enqueue(session, INDEX_JOB, {"article_id": article.id}, key=article.id)
    return article


def _flush(session: Session, article: Article) -> None:
    """Raises Conflict where the subject has another article in this language, or the id an article: two at once would
    be one too many."""
    try:
        session.flush()
    except IntegrityError as error:
        if any(key in str(error.orig) for key in ("pk_articles", "articles.id")):
            raise _id_taken() from error
        if "subject" not in str(error.orig):
            raise
        raise errors.Conflict(
            "This subject has an article in this language already.", fields={"subject": "taken"}
        ) from error


def _keep_version(session: Session, article: Article) -> None:
    kept = {name: getattr(article, name) for name in (*WORDS, *CARE, "version", "status")}
    session.add(ArticleVersion(article_id=article.id, at=article.updated_at, by=article.updated_by, **kept))


def _changed_meanwhile(session: Session, article: Article, version: int) -> errors.Conflict:
    """With whatever an editor needs who wants to bring both together."""
    by = session.get(Staff, article.updated_by) if article.updated_by else None
    fields = {
        "version": article.version,
        "updated_by": {"id": by.id, "name": by.name} if by else None,
        "updated_at": clock.iso(article.updated_at),
    }
    return errors.Conflict(
        "This article is at version {current} by now; you changed version {given}.",
        words={"current": article.version, "given": version},
        fields=fields,
    )


def _check_not_archived(article: Article) -> None:
    if article.status == Status.ARCHIVED:
        raise errors.Conflict("This article is archived. Fetch it out of the archive first.")
