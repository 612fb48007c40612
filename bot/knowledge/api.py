"""The editor's REST calls. Reading is for all staff; writing for editors."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlalchemy import or_, select

from bot import wire
from bot.core import calls, errors
from bot.core.auth import Role, Staff
from bot.core.http import Db, require
from bot.core.shapes import Query as Asked
from bot.core.shapes import Storable, Words
from bot.knowledge import gaps, service
from bot.knowledge.models import Article, ArticleVersion, Status
from bot.knowledge.schemas import (
    ArticleChange,
    ArticleIn,
    ArticleOut,
    ArticlesOut,
    GapsOut,
    Restore,
    SearchOut,
    VersionsOut,
    article_out,
    version_out,
)
from knowledge_index.client import KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

router = APIRouter(prefix="/knowledge", tags=["knowledge"], route_class=calls.Call)
Reader = Annotated[Staff, Depends(require())]
Editor = Annotated[Staff, Depends(require(Role.EDITOR))]
ArticleId = Annotated[str, Path(min_length=1, max_length=120), Storable]
SHOWN = 5
"""More than are ever offered to a customer: an editor also wants to see what lies next."""
STEP = calls.told(ArticleOut, errors.NotFound, by="staff", body=False)


@router.get("/articles", **calls.told(ArticlesOut, by="staff", body=False))
def articles(
    _reader: Reader,
    db: Db,
    q: Asked = "",
    language: Asked = "",
    status: Asked = "",
    after: Asked = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Articles by id; `q` looks into question and answer."""
    wanted = select(Article).where(Article.id > after).order_by(Article.id).limit(limit + 1)
    if q:
        pattern = "%" + q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        wanted = wanted.where(
            or_(Article.question.ilike(pattern, escape="\\"), Article.answer.ilike(pattern, escape="\\"))
        )
    if language:
        wanted = wanted.where(Article.language == language)
    if status:
        wanted = wanted.where(Article.status == status)
    with db.snapshot() as session:
        found = list(session.scalars(wanted))
    page: dict[str, Any] = {"items": [article_out(article) for article in found[:limit]]}
    return {**page, "next": found[limit - 1].id} if len(found) > limit else page


@router.post("/articles", **calls.told(ArticleOut, by="staff", status=201))
def create(given: ArticleIn, editor: Editor, db: Db) -> dict[str, Any]:
    """Write a new article, a draft that nobody is answered with yet."""
    with db.transaction() as session:
        return article_out(service.do_create(session, given=given, by=editor))


@router.get("/articles/{article_id}", **STEP)
def one(article_id: ArticleId, _reader: Reader, db: Db) -> dict[str, Any]:
    """The article as it is now."""
    with db.snapshot() as session:
        return article_out(service.access_article(session, article_id))


@router.put("/articles/{article_id}", **calls.told(ArticleOut, errors.NotFound, errors.Conflict, by="staff"))
def change(article_id: ArticleId, given: ArticleChange, editor: Editor, db: Db) -> dict[str, Any]:
    """Replace the content; `409` when `version` is not the present one."""
    with db.transaction() as session:
        article = service.hold_article(session, article_id)
        return article_out(service.do_change(session, article=article, given=given, version=given.version, by=editor))


@router.post("/articles/{article_id}/publish", **STEP)
def publish(article_id: ArticleId, editor: Editor, db: Db) -> dict[str, Any]:
    """Let customers be answered with it from now on."""
    return _set_status(db, article_id, Status.PUBLISHED, editor)


@router.post("/articles/{article_id}/unpublish", **STEP)
def unpublish(article_id: ArticleId, editor: Editor, db: Db) -> dict[str, Any]:
    """Take it back: it stays, and nobody is answered with it."""
    return _set_status(db, article_id, Status.UNPUBLISHED, editor)


@router.post("/articles/{article_id}/restore", **calls.told(ArticleOut, errors.NotFound, by="staff"))
def restore(article_id: ArticleId, given: Restore, editor: Editor, db: Db) -> dict[str, Any]:
    """Bring the content of an earlier version back, as a new version."""
    with db.transaction() as session:
        article = service.hold_article(session, article_id)
        return article_out(service.do_restore(session, article=article, version=given.version, by=editor))


@router.get("/articles/{article_id}/versions", **calls.told(VersionsOut, errors.NotFound, by="staff", body=False))
def versions(article_id: ArticleId, _reader: Reader, db: Db) -> dict[str, Any]:
    """Every version that ever was, the oldest first."""
    with db.snapshot() as session:
        service.access_article(session, article_id)
        rows = session.scalars(
            select(ArticleVersion).where(ArticleVersion.article_id == article_id).order_by(ArticleVersion.version)
        )
        return {"items": [version_out(row) for row in rows]}


@router.get("/search", **calls.told(SearchOut, errors.Unavailable, by="staff", body=False))
async def search(
    request: Request, _reader: Annotated[Staff, Depends(require())], q: Words, language: Asked = ""
) -> dict[str, Any]:
    """What the bot would find for `q`, with its decision."""
    client: KnowledgeClient = request.app.state.parts.knowledge
    try:
        found = await client.search(q, language=language or wire.script_language(q), audience="agents", k=SHOWN)
    except KnowledgeUnavailable as error:
        raise errors.Unavailable("The knowledge service is not ready yet.") from error
    except KnowledgeRefused as error:
        raise errors.Invalid(str(error)) from error
    hits = [{"article_id": hit.article_id, "question": hit.question, "score": hit.score} for hit in found.hits]
    return {"decision": found.decision, "confidence": found.confidence, "language": found.language, "hits": hits}


@router.get("/gaps", **calls.told(GapsOut, by="staff", body=False))
def unanswered(_reader: Reader, db: Db) -> dict[str, Any]:
    """What customers asked that could not be answered."""
    with db.snapshot() as session:
        return {"items": gaps.listed(session)}


def _set_status(db: Any, article_id: str, status: Status, editor: Staff) -> dict[str, Any]:
    with db.transaction() as session:
        article = service.hold_article(session, article_id)
        return article_out(service.do_set_status(session, article=article, status=status, by=editor))
