"""Anybody reads the public articles without a script; nothing else is there, and nothing of it is markup."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from bot.knowledge.help import render
from tests.knowledge.imports.bringing import bring
from tests.people import StaffMember
from tests.sites import PASSWORD, hire, running

HOSTILE = "</script><img src=x onerror=alert(1)>"
ARTICLES = [
    {"id": "return.en", "language": "en", "question": "How do I return an order?", "category": "orders/returns",
     "answer": "Send it **back** within [30 days](https://example.com/terms).\n\n1. Pack it\n2. Post it"},
    {"id": "return.zh", "language": "zh", "question": "怎么退货？", "answer": "请在 30 天内寄回。"},
    {"id": "hostile.en", "language": "en", "question": HOSTILE, "answer": f"{HOSTILE} [x](javascript:alert(1))"},
    {"id": "inner.en", "language": "en", "question": "How do agents refund?", "answer": "Secret.",
     "audience": "agents"},
    {"id": "past.en", "language": "en", "question": "Is there a sale?", "answer": "Over.",
     "valid_until": "2020-01-01T00:00:00Z"},
]  # fmt: skip


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Somebody without an account, on a site that has some articles, a draft among them."""
    folder: Path = tmp_path_factory.mktemp("help")
    with running(f"sqlite:///{folder / 'firebreak.db'}", folder) as site:
        hire(site.db)
        cleo = StaffMember(site.url, "cleo@emberly.example", PASSWORD)
        assert bring(cleo, json.dumps(ARTICLES), "a.json")["state"] == "done"
        bring(cleo, "language,question,answer\nen,Is this a draft?,Yes.\n", publish=False)
        with httpx.Client(base_url=site.url, trust_env=False, timeout=60) as client:
            yield client


def page(reader: httpx.Client, path: str, *, status: int = 200) -> str:
    answer = reader.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


def test_an_article_has_what_readers_and_search_engines_need(reader: httpx.Client) -> None:
    shown = page(reader, "/help/en/return.en")
    base = str(reader.base_url).rstrip("/")
    assert "<title>How do I return an order? · Emberly support</title>" in shown
    assert f'<link rel="canonical" href="{base}/help/en/return.en">' in shown
    assert f'<link rel="alternate" hreflang="zh-Hans" href="{base}/help/zh/return.zh">' in shown
    assert '<meta name="description" content="Send it back within' in shown
    assert "<strong>back</strong>" in shown
    assert '<a href="https://example.com/terms" rel="nofollow noopener ugc">30 days</a>' in shown
    assert "<li>Pack it</li>" in shown
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', shown, re.DOTALL)[1])  # type: ignore[index]
    assert data["@type"] == "FAQPage"
    assert data["mainEntity"][0]["name"] == "How do I return an order?"
    assert '<html lang="zh-Hans"' in page(reader, "/help/zh/return.zh")


def test_what_an_article_says_is_text_and_never_markup(reader: httpx.Client) -> None:
    shown = page(reader, "/help/en/hostile.en")
    assert "<img src=x" not in shown
    assert shown.count("<script") == 1
    assert 'href="javascript' not in shown
    assert HOSTILE not in page(reader, "/help/en?q=%3C/script%3E%3Cimg%20src=x%20onerror=alert(1)%3E")


def test_only_what_is_public_and_in_force_is_there(reader: httpx.Client) -> None:
    for hidden in ("inner.en", "past.en", "return.zh", "nothing", "x" * 300):
        assert "noindex" in page(reader, f"/help/en/{hidden}", status=404)
    for path in ("/help/en", "/help/en?q=refund", "/sitemap.xml", "/help/en?q=sale"):
        text = reader.get(path).text
        assert not [word for word in ("inner.en", "past.en", "Secret", "draft?") if word in text], path
    page(reader, "/help/fr", status=404)
    page(reader, "/help/en?category=nowhere", status=404)


def test_categories_make_a_tree_and_search_needs_no_script(reader: httpx.Client) -> None:
    top = page(reader, "/help/en")
    assert 'href="/help/en?category=orders/returns"' in top
    assert "How do I return an order?" not in top
    assert "How do I return an order?" in page(reader, "/help/en?category=orders/returns")
    found = page(reader, "/help/en?q=send+ORDER")
    assert 'href="/help/en/return.en"' in found
    assert 'content="noindex"' in found
    assert "怎么退货？" in page(reader, "/help/zh?q=退货")
    assert "Nothing was found for “zzz {q}”" in page(reader, "/help/en?q=zzz+{q}")


def test_a_page_is_asked_for_again_and_not_sent_again(reader: httpx.Client) -> None:
    first = reader.get("/help/en/return.en")
    assert first.headers["cache-control"] == "public, no-cache"
    again = reader.get("/help/en/return.en", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    policy = first.headers["content-security-policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert again.headers["content-security-policy"] == policy


def test_the_sitemap_names_each_page_with_its_translation(reader: httpx.Client) -> None:
    answer = reader.get("/sitemap.xml")
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    places = [found.text for found in ElementTree.fromstring(answer.content).iter(f"{space}loc")]
    base = str(reader.base_url).rstrip("/")
    assert places == [f"{base}/help/{path}" for path in ("en", "zh", "en/hostile.en", "en/return.en", "zh/return.zh")]
    assert answer.text.count('hreflang="zh-Hans"') == 4


def test_a_host_that_is_none_is_not_written_into_the_page(reader: httpx.Client) -> None:
    answer = reader.get("/help/en/return.en", headers={"Host": 'x"><script>'})
    assert "canonical" not in answer.text
    assert '"><script>' not in answer.text


def test_who_comes_is_sent_to_their_language(reader: httpx.Client) -> None:
    answer = reader.get("/help", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert (answer.status_code, answer.headers["location"]) == (302, "/help/zh")


def test_both_languages_have_the_same_words() -> None:
    words = render.catalogue()
    assert words["en"].keys() == words["zh"].keys()
    for name, english in words["en"].items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", words["zh"][name])), name
