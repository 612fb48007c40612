"""The addresses of the help pages. Anybody may read them; what is not public, or not in force, is not there."""

import asyncio
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from bot.core import refusals
from bot.core.db import Database
from bot.core.http import Db, address_of, check_address
from bot.core.limits import Limits, Window
from bot.core.shapes import LARGEST_INTEGER, Storable
from bot.core.texts import trim
from bot.knowledge.help import render, shelf
from bot.knowledge.models import Article
from knowledge_index.client import KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

router = APIRouter(include_in_schema=False, dependencies=[Depends(check_address)])
Words = Annotated[str, Query(max_length=200), Storable]
SEARCHES_A_MINUTE = 60
"""From one address. Each of them costs what a customer's question costs."""
SEARCH_SECONDS = 1.0
MOST_PAGES = 10_000


@router.get("/help")
def home(request: Request) -> Response:
    """To the help pages in the reader's language."""
    language = refusals.language_of(request)
    return RedirectResponse(f"/help/{language}", 302, headers={"Vary": "Accept-Language"})


@router.get("/help/{language}")
async def overview(
    request: Request,
    language: str,
    db: Db,
    q: Words = "",
    category: Words = "",
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
) -> Response:
    """The tree of categories, the articles of one of them, or what was found for `q`."""
    if language not in shelf.LANGUAGES:
        return _gone(request, refusals.language_of(request))
    text = trim(q)
    if text:
        return await _found(request, db, language, text)
    return await asyncio.to_thread(_shelf, request, db, language, category, page)


@router.get("/help/{language}/{article_id}")
def article(request: Request, language: str, article_id: Annotated[str, Storable], db: Db) -> Response:
    """One question and its answer."""
    if language not in shelf.LANGUAGES:
        return _gone(request, refusals.language_of(request))
    with db.snapshot() as session:
        found = shelf.one(session, language, article_id)
        if found is None:
            return _gone(request, language)
        other = shelf.translation(session, found)
    path = _path(found)
    return render.page(
        request,
        "article.html",
        language=language,
        q="",
        title=found.question,
        description=render.described(found),
        indexed=True,
        path=path,
        alternates=_alternates(found, other) if other else [],
        elsewhere=_path(other) if other else _home(_other(language)),
        trail=_trail(language, found.category),
        article=found,
        data=render.question_and_answer(found),
    )


@router.get("/sitemap.xml")
def sitemap(request: Request, db: Db, part: Annotated[int, Query(ge=0, le=LARGEST_INTEGER)] = 0) -> Response:
    """Every public page for search engines; in parts where one list may not name them all."""
    with db.snapshot() as session:
        many = shelf.many(session)
        parts = -(-many // shelf.A_SITEMAP)
        if parts > 1 and not part:
            return _xml(request, "sitemaps.xml", parts=parts)
        articles = shelf.for_sitemap(session, part=min(max(0, part - 1), parts))
    subjects: dict[str, list[Article]] = {}
    for one in articles:
        subjects.setdefault(one.subject, []).append(one)
    homes = [(_home(language), None, _homes()) for language in shelf.LANGUAGES] if part < 2 else []
    listed = [
        (_path(one), f"{one.updated_at:%Y-%m-%d}", _alternates(*same) if len(same := subjects[one.subject]) > 1 else [])
        for one in articles
    ]
    return _xml(request, "sitemap.xml", addresses=[*homes, *listed])


async def _found(request: Request, db: Database, language: str, text: str) -> Response:
    limits: Limits = request.app.state.limits
    await limits.check(Window(f"help:{address_of(request)}", SEARCHES_A_MINUTE, 60))
    ids = await _by_meaning(request, language, text)
    return await asyncio.to_thread(_listed, request, db, language, text, ids)


def _listed(request: Request, db: Database, language: str, text: str, ids: list[str]) -> Response:
    """What was found by meaning, then what has the words."""
    with db.snapshot() as session:
        both = (*shelf.of_ids(session, language, ids), *shelf.with_words(session, language, text))
    articles = [*{one.id: one for one in both}.values()][: shelf.FOUND]
    return _overview(
        request, language, path=_home(language), q=text, title=text, articles=articles, categories=[], indexed=False
    )


async def _by_meaning(request: Request, language: str, text: str) -> list[str]:
    """Without the knowledge service, words alone find."""
    client: KnowledgeClient = request.app.state.parts.knowledge
    try:
        found = await client.search(text, language=language, k=shelf.FOUND // 2, timeout=SEARCH_SECONDS)
    except (KnowledgeUnavailable, KnowledgeRefused):
        return []
    return [hit.article_id for hit in found.hits] if found.decision != "none" else []


def _shelf(request: Request, db: Database, language: str, category: str, page: int) -> Response:
    with db.snapshot() as session:
        articles, total = shelf.listed(session, language, category=category or None, page=page)
        tree = shelf.categories(session, language)
    below = _below(tree, category) if category else tree
    if category and not articles and not below:
        return _gone(request, language)
    words = render.catalogue()[language]
    trail = _trail(language, category or None)
    return _overview(
        request,
        language,
        path=_listing(language, category, page),
        title=trail[-1][0] if trail else words["help"],
        categories=below if page == 1 else [],
        articles=articles,
        trail=trail,
        indexed=True,
        alternates=[] if category or page > 1 else _homes(),
        before=_listing(language, category, page - 1) if page > 1 else "",
        more=_listing(language, category, page + 1) if page * shelf.A_PAGE < total else "",
    )


def _overview(request: Request, language: str, **values: Any) -> Response:
    words = render.catalogue()[language]
    usual = {
        "q": "",
        "description": words["about"].format(brand=words["brand"]),
        "elsewhere": _home(_other(language)),
        "alternates": [],
        "trail": [],
        "before": "",
        "more": "",
    }
    return render.page(request, "home.html", language=language, **{**usual, **values})


def _gone(request: Request, language: str) -> Response:
    words = render.catalogue()[language]
    return render.page(
        request,
        "gone.html",
        language=language,
        status=404,
        q="",
        title=words["help"],
        description=words["gone"],
        indexed=False,
        elsewhere=_home(_other(language)),
    )


def _xml(request: Request, template: str, **values: Any) -> Response:
    return render.page(request, template, language="en", media_type="application/xml", **values)


def _below(tree: list[shelf.Category], path: str) -> list[shelf.Category]:
    for one in tree:
        if one.path == path:
            return one.below
        if path.startswith(f"{one.path}/"):
            return _below(one.below, path)
    return []


def _trail(language: str, category: str | None) -> list[tuple[str, str]]:
    """The names above, with their addresses."""
    parts = category.split("/") if category else []
    paths = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
    return [(name, _listing(language, path, 1)) for name, path in zip(parts, paths, strict=True)]


def _listing(language: str, category: str, page: int) -> str:
    asked = {**({"category": category} if category else {}), **({"page": page} if page > 1 else {})}
    return f"{_home(language)}?{urlencode(asked)}" if asked else _home(language)


def _alternates(*articles: Article) -> list[tuple[str, str]]:
    return [(render.NAMES[one.language], _path(one)) for one in articles]


def _homes() -> list[tuple[str, str]]:
    named = [(render.NAMES[language], _home(language)) for language in shelf.LANGUAGES]
    return [*named, ("x-default", "/help")]


def _home(language: str) -> str:
    return f"/help/{language}"


def _path(article: Article) -> str:
    return f"{_home(article.language)}/{quote(article.id, safe='')}"


def _other(language: str) -> str:
    return next(one for one in shelf.LANGUAGES if one != language)
