"""Trying a draft before anybody is answered with it. Nothing here is kept."""

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import timedelta
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import wire
from bot.core import calls, clock, errors
from bot.core.auth import Role, Staff
from bot.core.db import Database
from bot.core.http import Db, require
from bot.knowledge.models import Article, Status
from bot.knowledge.writing import replay
from bot.knowledge.writing.schemas import Draft, DraftIn, ReplayIn, ReplayOut, SimilarOut, TriedOut, TryIn
from knowledge_index.client import Found, KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

router = APIRouter(prefix="/knowledge/writing", tags=["knowledge"], route_class=calls.Call)
Editor = Annotated[Staff, Depends(require(Role.EDITOR))]
Told = TypeVar("Told")
UNNAMED = "draft"
SHOWN = 5
MOST_NEAR = 5
NOT_SEARCHED = (Status.DRAFT, Status.UNPUBLISHED)


@router.post("/try", **calls.told(TriedOut, errors.Unavailable, by="staff"))
async def try_out(request: Request, given: TryIn, _editor: Editor) -> dict[str, Any]:
    """What the bot would answer to a question now, and with this draft."""
    language = given.language or wire.script_language(given.question)
    seen_by = given.draft.audience if given.draft else "public"
    draft = _wire(given.draft) if given.draft else None
    asked = [(given.question, language)]
    ((now, then),) = await _said(_knowledge(request).trial(asked, draft=draft, audience=seen_by, k=SHOWN))
    return {"now": _shown(now), "with_draft": _shown(then)}


@router.post("/similar", **calls.told(SimilarOut, errors.Unavailable, by="staff"))
async def similar(request: Request, given: DraftIn, _editor: Editor, db: Db) -> dict[str, Any]:
    """Articles that answer this already, and sentences of others that this one contradicts."""
    near = await _said(_knowledge(request).neighbours(_wire(given.draft)))
    near = [one for one in near if one["article_id"] != given.draft.id]
    by_words = await asyncio.to_thread(_same_words, db, given.draft)
    named = {one["article_id"] for one in by_words}
    by_meaning = [_duplicate(one) for one in near if one["decision"] == "answer" and one["article_id"] not in named]
    return {"duplicates": [*by_words, *by_meaning][:MOST_NEAR], "contradictions": [*_contradictions(near)]}


@router.post("/replay", **calls.told(ReplayOut, errors.Unavailable, by="staff"))
async def replayed(request: Request, given: ReplayIn, _editor: Editor, db: Db) -> dict[str, Any]:
    """Ask the questions of the last days again: what would be answered, or answered otherwise, with this draft."""
    asked, of = await asyncio.to_thread(_asked, db, given.days)
    trials: list[tuple[Found, Found]] = []
    if asked:
        questions = [(one.text, one.language) for one in asked]
        draft = _wire(given.draft)
        trials = await _said(_knowledge(request).trial(questions, draft=draft, audience=given.draft.audience, k=1))
    lists = await asyncio.to_thread(replay.sorted_out, zip(asked, trials, strict=True))
    return {"questions": len(asked), "of": of, **lists}


def _knowledge(request: Request) -> KnowledgeClient:
    client: KnowledgeClient = request.app.state.parts.knowledge
    return client


async def _said(answer: Awaitable[Told]) -> Told:
    try:
        return await answer
    except KnowledgeUnavailable as error:
        raise errors.Unavailable("The knowledge service is not ready yet.") from error
    except KnowledgeRefused as error:
        raise errors.Invalid(str(error)) from error


def _wire(draft: Draft) -> dict[str, Any]:
    """The draft as the knowledge service takes it; the version says nothing there."""
    said = draft.model_dump(include={"language", "question", "variants", "answer", "audience", "tags"})
    return {**said, "id": draft.id or UNNAMED, "version": 1}


def _shown(found: Found) -> dict[str, Any]:
    hits = [{"article_id": hit.article_id, "question": hit.question, "score": hit.score} for hit in found.hits]
    facts = {"decision": found.decision, "confidence": found.confidence, "language": found.language}
    return {**facts, "hits": hits, "answer": found.hits[0].answer if found.hits else None}


def _same_words(db: Database, draft: Draft) -> list[dict[str, Any]]:
    """Articles that nobody searches yet, asked in one of the draft's own wordings."""
    wordings = {text.lower(): text for text in (draft.question, *draft.variants)}
    with db.snapshot() as session:
        found = _asked_so(session, draft, wordings)
        return [
            {
                "article_id": article.id,
                "question": article.question,
                "status": article.status,
                "likeness": 1.0,
                "why": "words",
                "wording": wordings[article.question.lower()],
            }
            for article in found
            if article.question.lower() in wordings
        ]


def _asked_so(session: Session, draft: Draft, wordings: Iterable[str]) -> Iterable[Article]:
    others = Article.id != (draft.id or UNNAMED)
    lowered = func.lower(Article.question).in_([*wordings])
    wanted = select(Article).where(
        Article.language == draft.language, Article.status.in_(NOT_SEARCHED), others, lowered
    )
    return session.scalars(wanted.order_by(Article.id).limit(MOST_NEAR)).all()


def _duplicate(near: dict[str, Any]) -> dict[str, Any]:
    told = {name: near[name] for name in ("article_id", "question", "likeness", "wording")}
    return {**told, "status": Status.PUBLISHED, "why": "meaning"}


def _contradictions(near: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    for one in near:
        named = {"article_id": one["article_id"], "question": one["question"]}
        yield from ({**named, **told} for told in one["contradictions"])


def _asked(db: Database, days: int) -> tuple[list[replay.Asked], int]:
    with db.snapshot() as session:
        return replay.asked_since(session, clock.now() - timedelta(days=days))
