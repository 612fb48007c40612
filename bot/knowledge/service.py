"""Articles as rows: written, versioned, published. The index is told by an outbox job and can be rebuilt any time."""

import hashlib
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core import clock, errors, jobs
from bot.core.auth import Staff
from bot.core.tables import new_id
from bot.knowledge.models import Article, ArticleVersion, Status
from bot.knowledge.schemas import ArticleIn

INDEX_JOB = "index_article"


def access_article(session: Session, article_id: str) -> Article:
    found = session.get(Article, article_id)
    if found is None:
        raise errors.NotFound
    return found


def hold_article(session: Session, article_id: str) -> Article:
    """The article, locked until the commit, so that of two editors at once the second sees the first's version."""
    held = select(Article).where(Article.id == article_id).with_for_update()
    found = session.scalar(held.execution_options(populate_existing=True))
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
    """A new article, by default a draft."""
    moment = clock.now()
    article = Article(
        id=article_id or new_id(),
        version=1,
        status=status,
        created_at=moment,
        updated_at=moment,
        updated_by=by.id if by else None,
        **_content(given),
    )
    session.add(article)
    session.flush()
    _keep_version(session, article)
    return article


def do_change(session: Session, *, article: Article, given: ArticleIn, version: int, by: Staff) -> Article:
    """Replace the content. Raises Conflict when `version` is not the present one."""
    if version != article.version:
        raise errors.Conflict(
            "This article is at version {current} by now; you changed version {given}.",
            words={"current": article.version, "given": version},
            fields={"version": article.version},
        )
    for name, value in _content(given).items():
        setattr(article, name, value)
    return _next_version(session, article, by)


def do_set_status(session: Session, *, article: Article, status: Status, by: Staff | None) -> Article:
    """Publish or take back. Idempotent."""
    if article.status == status:
        return article
    article.status = status
    return _next_version(session, article, by)


def do_restore(session: Session, *, article: Article, version: int, by: Staff) -> Article:
    """Bring the content of an earlier version back, as a new version. Raises NotFound."""
    old = session.scalar(
        select(ArticleVersion).where(ArticleVersion.article_id == article.id, ArticleVersion.version == version)
    )
    if old is None:
        raise errors.NotFound("This article never had a version {version}.", words={"version": version})
    for name in ("question", "variants", "answer", "tags", "audience"):
        setattr(article, name, getattr(old, name))
    return _next_version(session, article, by)


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


def published(session: Session) -> list[Article]:
    return list(session.scalars(select(Article).where(Article.status == Status.PUBLISHED).order_by(Article.id)))


def digest(session: Session) -> str:
    """What the index must hold, in 64 hex digits: equal to the knowledge service's own when it is up to date."""
    held = session.execute(select(Article.id, Article.version).where(Article.status == Status.PUBLISHED))
    lines = sorted(f"{article_id}:{version}\n" for article_id, version in held)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def for_index(article: Article) -> dict[str, Any]:
    """The article as the knowledge service takes it."""
    return {
        "id": article.id,
        "version": article.version,
        "language": article.language,
        "question": article.question,
        "variants": article.variants,
        "answer": article.answer,
        "audience": article.audience,
        "tags": article.tags,
    }


def _content(given: ArticleIn) -> dict[str, Any]:
    return given.model_dump(include={"language", "question", "variants", "answer", "tags", "audience", "kind"})


def _next_version(session: Session, article: Article, by: Staff | None) -> Article:
    article.version += 1
    article.updated_at = clock.now()
    article.updated_by = by.id if by else None
    _keep_version(session, article)
    session.flush()
    jobs.enqueue(session, INDEX_JOB, {"article_id": article.id}, key=article.id)
    return article


def _keep_version(session: Session, article: Article) -> None:
    session.add(
        ArticleVersion(
            article_id=article.id,
            version=article.version,
            question=article.question,
            variants=article.variants,
            answer=article.answer,
            tags=article.tags,
            audience=article.audience,
            status=article.status,
            at=article.updated_at,
            by=article.updated_by,
        )
    )
