"""Help pages as HTML: templates that escape what they are given, words in both languages, data for search engines."""

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from bot.core import rich
from bot.core.http import settings_of
from bot.knowledge.models import Article

HERE = Path(__file__).parent
WEB = HERE.parents[1] / "web" / "static"
HOST = re.compile(r"[A-Za-z0-9.-]{1,255}(?::\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::\d{1,5})?")
DESCRIBED = 160
NAMES = {"en": "en", "zh": "zh-Hans"}
FRESH = "public, no-cache"
"""Kept by whoever likes, and asked for again each time: an answer that is taken back is gone at once."""


def page(
    request: Request, template: str, *, language: str, status: int = 200, media_type: str = "text/html", **values: Any
) -> Response:
    """A whole page, with an ETag; 304 where the caller has it already."""
    words = catalogue()[language]
    given = {"language": language, "lang": NAMES[language], "words": words, "brand": words["brand"], **values}
    body = _environment().get_template(template).render(base=base(request), **given)
    return _sent(request, body.encode(), f"{media_type}; charset=utf-8", status)


def _sent(request: Request, content: bytes, media_type: str, status: int) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": FRESH, "Vary": "Host, Accept-Encoding"}
    if status == 200 and tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, status, headers, media_type)


def base(request: Request) -> str:
    """The site's own address, for what has to name it whole; empty where the host's name is none."""
    host = request.headers.get("host", "")
    scheme = "https" if settings_of(request).secure_cookies else "http"
    return f"{scheme}://{host}" if HOST.fullmatch(host) else ""


def described(article: Article) -> str:
    """The beginning of the answer, in a line."""
    text = " ".join(rich.read(article.answer).text.split())
    return text if len(text) <= DESCRIBED else f"{text[: DESCRIBED - 1].rstrip()}…"


def question_and_answer(article: Article) -> Markup:
    """JSON-LD of a page with one question. Nothing in it can end the element that holds it."""
    answer = {"@type": "Answer", "text": rich.read(article.answer).text}
    found = {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "inLanguage": NAMES[article.language],
        "dateModified": f"{article.updated_at:%Y-%m-%d}",
        "mainEntity": [{"@type": "Question", "name": article.question, "acceptedAnswer": answer}],
    }
    plain = json.dumps(found, ensure_ascii=False)
    return Markup(plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


@lru_cache(maxsize=1)
def catalogue() -> dict[str, dict[str, str]]:
    """The words of these pages, and the brand that the chat page shows."""
    found: dict[str, dict[str, str]] = yaml.safe_load((HERE / "words.yml").read_text(encoding="utf-8"))
    for language, words in found.items():
        words["brand"] = json.loads((WEB / f"words.{language}.json").read_text(encoding="utf-8"))["chat.brand"]
    return found


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["rich"] = rich.tree_of
    return environment
