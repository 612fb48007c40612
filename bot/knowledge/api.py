"""The editor's REST calls. Reading is for all staff; writing for editors."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy import select

from bot import wire
from bot.core import calls, errors
from bot.core.auth import Role, Staff
from bot.core.http import Db, require
from bot.core.shapes import Query as Asked
from bot.core.shapes import Storable, Words
from bot.knowledge import compare, service, shelf, views
from bot.knowledge.models import ArticleVersion, Status
from bot.knowledge.schemas import (
    ArticleChange,
    ArticleIn,
    ArticleOut,
    ArticlesOut,
    ComparisonOut,
    CountsOut,
    Listing,
    Narrowing,
    NewArticle,
    Restore,
    SearchOut,
    Version,
    VersionsOut,
)
from bot.policy.current import Rules
from bot.policy.shapes import Policy
from knowledge_index.client import KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

router = APIRouter(prefix="/knowledge", tags=["knowledge"], route_class=calls.Call)
Reader = Annotated[Staff, Depends(require())]
Editor = Annotated[Staff, Depends(require(Role.EDITOR))]
ArticleId = Annotated[str, Path(min_length=1, max_length=120), Storable]
SHOWN = 5
"""More than are ever offered to a customer: an editor also wants to see what lies next."""
STEP = calls.told(ArticleOut, errors.NotFound, errors.Conflict, by="staff", body=False)


@router.get("/articles", **calls.told(ArticlesOut, by="staff", body=False))
def articles(_reader: Reader, db: Db, asked: Annotated[Listing, Query()]) -> dict[str, Any]:
    """Articles, by id, by their last change or by question. `q` looks into question, variants, answer and tags."""
    with db.snapshot() as session:
        found, following = shelf.page(session, asked)
        page: dict[str, Any] = {"items": views.articles(session, found)}
    return {**page, "next": following} if following else page


@router.get("/articles/counts", **calls.told(CountsOut, by="staff", body=False))
def counts(_reader: Reader, db: Db, asked: Annotated[Narrowing, Query()]) -> dict[str, Any]:
    """How many articles each value of each filter would leave, the other filters staying as they are."""
    with db.snapshot() as session:
        return shelf.counts(session, asked)


@router.post("/articles", **calls.told(ArticleOut, errors.NotFound, errors.Conflict, by="staff", status=201, also=200))
def create(given: NewArticle, editor: Editor, db: Db, policy: Rules, response: Response) -> dict[str, Any]:
    """Write a new article, a draft that nobody is answered with yet.

    Sent again with the same `id` it makes no second one: `200` and the article, with what is sent now; `409` when
    somebody else changed it meanwhile.
    """
    check_teams(policy, given)
    with db.transaction() as session:
        if given.id is None:
            return views.article(session, service.do_create(session, given=given, by=editor))
        article, is_new = service.do_create_once(session, given=given, by=editor, article_id=given.id)
        response.status_code = 201 if is_new else 200
        return views.article(session, article)


@router.get("/articles/{article_id}", **calls.told(ArticleOut, errors.NotFound, by="staff", body=False))
def one(article_id: ArticleId, _reader: Reader, db: Db) -> dict[str, Any]:
    """The article as it is now, with its translations and whose unsaved drafts there are."""
    with db.snapshot() as session:
        return views.article_with_drafts(session, service.access_article(session, article_id))


@router.put("/articles/{article_id}", **calls.told(ArticleOut, errors.NotFound, errors.Conflict, by="staff"))
def change(article_id: ArticleId, given: ArticleChange, editor: Editor, db: Db, policy: Rules) -> dict[str, Any]:
    """Replace the content; `409` when `version` is not the present one, with who changed it and when."""
    check_teams(policy, given)
    with db.transaction() as session:
        article = service.hold_article(session, article_id)
        service.do_change(session, article=article, given=given, version=given.version, by=editor)
        return views.article_with_drafts(session, article)


@router.post("/articles/{article_id}/publish", **STEP)
def publish(article_id: ArticleId, editor: Editor, db: Db) -> dict[str, Any]:
    """Let customers be answered with it from now on."""
    return _set_status(db, article_id, Status.PUBLISHED, editor)


@router.post("/articles/{article_id}/unpublish", **STEP)
def unpublish(article_id: ArticleId, editor: Editor, db: Db) -> dict[str, Any]:
    """Take it back: it stays, and nobody is answered with it."""
    return _set_status(db, article_id, Status.UNPUBLISHED, editor)


@router.post("/articles/{article_id}/archive", **STEP)
def archive(article_id: ArticleId, editor: Editor, db: Db) -> dict[str, Any]:
    """Put it away: nobody is answered with it and lists leave it out. Nothing of it is lost."""
    return _set_status(db, article_id, Status.ARCHIVED, editor)


@router.post("/articles/{article_id}/unarchive", **STEP)
def unarchive(article_id: ArticleId, editor: Editor, db: Db) -> dict[str, Any]:
    """Fetch it out of the archive, not published."""
    with db.transaction() as session:
        article = service.hold_article(session, article_id)
        return views.article(session, service.do_unarchive(session, article=article, by=editor))


@router.post("/articles/{article_id}/restore", **calls.told(ArticleOut, errors.NotFound, errors.Conflict, by="staff"))
def restore(article_id: ArticleId, given: Restore, editor: Editor, db: Db) -> dict[str, Any]:
    """Bring the content of an earlier version back, as a new version."""
    with db.transaction() as session:
        article = service.hold_article(session, article_id)
        return views.article(session, service.do_restore(session, article=article, version=given.version, by=editor))


@router.get("/articles/{article_id}/versions", **calls.told(VersionsOut, errors.NotFound, by="staff", body=False))
def versions(article_id: ArticleId, _reader: Reader, db: Db) -> dict[str, Any]:
    """Every version that ever was, the oldest first."""
    of_article = select(ArticleVersion).where(ArticleVersion.article_id == article_id)
    with db.snapshot() as session:
        service.access_article(session, article_id)
        rows = session.scalars(of_article.order_by(ArticleVersion.version)).all()
        return {"items": views.versions(session, rows)}


@router.get("/articles/{article_id}/compare", **calls.told(ComparisonOut, errors.NotFound, by="staff", body=False))
def compared(
    article_id: ArticleId,
    _reader: Reader,
    db: Db,
    since: Annotated[Version, Query(alias="from")],
    to: Annotated[Version, Query()],
) -> dict[str, Any]:
    """What changed from one version to another, word by word; in Chinese character by character."""
    with db.snapshot() as session:
        service.access_article(session, article_id)
        before, after = (service.version_of(session, article_id, version) for version in (since, to))
        return {"fields": compare.compare(before, after)}


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


def check_teams(policy: Policy, given: ArticleIn) -> None:
    """Raises Invalid for a team that there is not."""
    known = policy.teams.teams
    named = {"team": given.team} | {f"steps.{place}.team": step.team for place, step in enumerate(given.steps)}
    unknown = {field: "unknown" for field, team in named.items() if team is not None and team not in known}
    if unknown:
        raise errors.Invalid("Teams are: {known}.", words={"known": ", ".join(sorted(known))}, fields=unknown)


def _set_status(db: Any, article_id: str, status: Status, editor: Staff) -> dict[str, Any]:
    with db.transaction() as session:
        article = service.hold_article(session, article_id)
        return views.article(session, service.do_set_status(session, article=article, status=status, by=editor))
