"""The list is narrowed by what an article is and says, counted, and read page by page in any order."""

import uuid
from typing import Any

import pytest

from tests.knowledge.editing.conftest import Write
from tests.people import StaffMember


@pytest.fixture
def tag() -> str:
    """What tells the articles of one test from the others'."""
    return f"t-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def shelf(write: Write, cleo: StaffMember, tag: str) -> dict[str, dict[str, Any]]:
    """Five articles: clocks in both languages, a lock for agents, a stale one, one that was put away."""
    clock = write(question=f"Clocks? {tag}", tags=[tag, f"100% {tag}"], category="service/repairs", published=True)
    zh = write(
        question=f"修钟吗？{tag}", variants=["古董钟"], tags=[tag, "钟表"], language="zh", translation_of=clock["id"]
    )
    lock = write(question=f"Lock? {tag}", tags=[tag], audience="agents", team="service", category="service")
    stale = write(question=f"Old? {tag}", tags=[tag], kind="procedure", review_by="2020-01-01T00:00:00Z")
    away = write(question=f"Away? {tag}", tags=[tag])
    cleo.post(f"/knowledge/articles/{away['id']}/archive")
    return {"clock": clock, "zh": zh, "lock": lock, "stale": stale, "away": away}


def names(cleo: StaffMember, shelf: dict[str, dict[str, Any]], **filters: Any) -> set[str]:
    found = {article["id"] for article in cleo.get("/knowledge/articles", **filters)["items"]}
    return {name for name, article in shelf.items() if article["id"] in found}


def test_each_filter_leaves_what_it_says(cleo: StaffMember, shelf: dict[str, dict[str, Any]], tag: str) -> None:
    wanted: list[tuple[dict[str, Any], set[str]]] = [
        ({}, {"clock", "zh", "lock", "stale"}),
        ({"status": "published"}, {"clock"}),
        ({"status": "draft,archived"}, {"zh", "lock", "stale", "away"}),
        ({"status": "all"}, set(shelf)),
        ({"language": "zh"}, {"zh"}),
        ({"audience": "agents"}, {"lock"}),
        ({"team": "service"}, {"lock"}),
        ({"kind": "procedure"}, {"stale"}),
        ({"stale": True}, {"stale"}),
        ({"stale": False}, {"clock", "zh", "lock"}),
        ({"category": "service"}, {"clock", "lock"}),
        ({"category": "service/repairs"}, {"clock"}),
        ({"category": "serv"}, set()),
        ({"untranslated": "zh"}, {"lock", "stale"}),
        ({"untranslated": "en"}, set()),
    ]
    for filters, expected in wanted:
        assert names(cleo, shelf, tag=tag, limit=500, **filters) == expected, filters
    missing = cleo.get("/knowledge/languages/missing", to="zh", limit=500)["items"]
    assert {shelf["lock"]["id"], shelf["stale"]["id"]} <= {article["id"] for article in missing}


@pytest.mark.parametrize("q", ["古董钟", "钟表", "修钟", "100%_", "ANTIQUE", "partner DOES"])
def test_words_are_looked_for_in_question_variants_answer_and_tags(
    cleo: StaffMember, write: Write, tag: str, q: str
) -> None:
    shelf = {
        "here": write(
            question=f"修钟？ {tag}",
            variants=["古董钟"],
            tags=[tag, "钟表", "100%_"],
            answer="An antique partner does.",
        ),
        "elsewhere": write(question=f"Lock? {tag}", variants=[], tags=[tag, "1000x"], answer="Yes."),
    }
    assert names(cleo, shelf, q=q, tag=tag) == {"here"}


def test_the_counts_say_what_each_further_filter_would_leave(
    cleo: StaffMember, shelf: dict[str, dict[str, Any]], tag: str
) -> None:
    found = cleo.get("/knowledge/articles/counts", tag=tag, language="en")
    assert found["total"] == 3
    assert found["language"] == {"en": 3, "zh": 1}
    assert found["status"] == {"archived": 1, "draft": 2, "published": 1}
    assert found["audience"] == {"agents": 1, "public": 2}
    assert found["kind"] == {"answer": 2, "procedure": 1}
    assert found["teams"] == [{"name": "service", "count": 1}]
    assert found["categories"] == [{"name": "service", "count": 1}, {"name": "service/repairs", "count": 1}]
    assert (found["stale"], found["untranslated"]) == (1, {"en": 0, "zh": 2})
    tags = {one["name"]: one["count"] for one in found["tags"]}
    assert (tags[tag], tags[f"100% {tag}"]) == (3, 1)
    for name in ("status", "audience", "kind", "stale", "untranslated"):
        told = found[name] if isinstance(found[name], dict) else {"true": found[name]}
        for value, count in told.items():
            narrowed = {"tag": tag, "language": "en", name: value, "limit": 500}
            assert len(cleo.get("/knowledge/articles", **narrowed)["items"]) == count, (name, value)


@pytest.mark.parametrize("sort", ["id", "updated", "question"])
def test_pages_in_any_order_hold_every_article_once(cleo: StaffMember, write: Write, tag: str, sort: str) -> None:
    made = [write(question=f"Question {letter} {tag}", tags=[tag]) for letter in "cabb"]
    seen, after = [], ""
    while True:
        page = cleo.get("/knowledge/articles", tag=tag, sort=sort, limit=1, after=after)
        seen += page["items"]
        if "next" not in page:
            break
        after = page["next"]
    assert len(seen) == len(made) == len({article["id"] for article in seen})
    keys = {"id": "id", "updated": "updated_at", "question": "question"}
    values = [article[keys[sort]] for article in seen]
    assert values == sorted(values, reverse=sort == "updated")


def test_a_cursor_that_is_none_of_ours_is_refused(cleo: StaffMember) -> None:
    for sort in ("updated", "question"):
        for after in ("x", "WzEsMl0=", "bnVsbA==", "WyJ4IiwgIngiXQ=="):
            answer = cleo.http.get("/knowledge/articles", params={"sort": sort, "after": after})
            allowed = sort == "question" and after == "WyJ4IiwgIngiXQ=="
            assert answer.status_code == (200 if allowed else 422), (sort, after)
