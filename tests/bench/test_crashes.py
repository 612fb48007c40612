"""The crash bench's checker finds each kind of defect, and nothing in a story that went well."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bench.knowledge.crashes import checker
from bench.knowledge.crashes.checker import Answer, Facts, Index
from bench.knowledge.crashes.editors import content, rows_of
from bench.knowledge.crashes.story import Accepted, Acked, Ended, Entry, Held, Sent, Shown, stamp_of

FIRST, SECOND, FILE, UNHEARD = (stamp_of(number) for number in range(4))
GIVEN = 3
FROM_FILE = [(f"stock-{number}.en", 1) for number in (1, 2, 3)]
Break = Callable[[Facts], Facts]


def shown(article_id: str, version: int, status: str, stamp: str) -> Shown:
    return Shown.of(article_id, {"version": version, "status": status, **content(article_id, "en", stamp)})


def imported(stamp: str) -> list[Shown]:
    return [Shown.of(row["id"], {"version": 1, "status": "published", **row}) for row in rows_of([1, 2, 3], stamp)]


@pytest.fixture
def story() -> Facts:
    """Cleo writes, publishes, changes and takes back an article; a file comes; one change is never answered."""
    versions = [
        shown("lamp", 1, "draft", FIRST),
        shown("lamp", 2, "published", FIRST),
        shown("lamp", 3, "published", SECOND),
        shown("lamp", 4, "unpublished", SECOND),
        *imported(FILE),
    ]
    journal: list[Entry] = [
        Sent(FIRST),
        *(Acked(one) for one in versions[:2]),
        Sent(SECOND),
        *(Acked(one) for one in versions[2:4]),
        Sent(FILE, GIVEN),
        Accepted(FILE, "i1"),
        Ended(FILE, "i1", "done"),
        Sent(UNHEARD),
    ]
    present = [versions[3], *imported(FILE)]
    held = Held(present, frozenset(one.article_id for one in imported(FILE)), versions, {"i1": "done"})
    answers = [Answer("how do I clean it", "choices", (("stock-1.en", 0.501), ("stock-2.en", 0.5)))]
    close = [replace(answers[0], hits=(("stock-2.en", 0.5005), ("stock-1.en", 0.5003)))]
    return Facts(journal, held, Index("abc", "abc", "abc", (), answers, close))


def test_a_story_that_went_well_has_no_defect(story: Facts) -> None:
    assert not any(checker.check(story).values())


def test_a_change_that_was_not_answered_may_be_there_whole(story: Facts) -> None:
    after = shown("lamp", 5, "unpublished", UNHEARD)
    held = replace(story.held, articles=[after, *story.held.articles[1:]], versions=[*story.held.versions, after])
    assert not any(checker.check(replace(story, held=held)).values())


def held(**parts: Any) -> Break:
    return lambda facts: replace(facts, held=replace(facts.held, **parts))


def index(**parts: Any) -> Break:
    return lambda facts: replace(facts, index=replace(facts.index, **parts))


def without(*gone: tuple[str, int]) -> Break:
    """These versions are not there; the articles are as their last ones that are."""

    def broken(facts: Facts) -> Facts:
        left = [one for one in facts.held.versions if (one.article_id, one.version) not in gone]
        last = {one.article_id: one for one in left}
        return replace(facts, held=replace(facts.held, versions=left, articles=[*last.values()]))

    return broken


def mixed(facts: Facts) -> Facts:
    one = facts.held.versions[3]
    half = replace(one, stamps=(FIRST, *one.stamps[1:]))
    return replace(facts, held=replace(facts.held, versions=[*facts.held.versions[:3], half, *facts.held.versions[4:]]))


def older(facts: Facts) -> Facts:
    return replace(facts, held=replace(facts.held, articles=[facts.held.versions[1], *facts.held.articles[1:]]))


@pytest.mark.parametrize(
    ("breaks", "name", "said"),
    [
        (without(("lamp", 4)), "lost", "lamp version 4: acknowledged, and not stored"),
        (without(("lamp", 2)), "half", "its versions are not 1 to 4"),
        (older, "lost", "lamp version 4: acknowledged, and the article is at 2"),
        (older, "half", "lamp: its versions are not 1 to 2"),
        (mixed, "half", f"lamp version 4: of ['{FIRST}', '{SECOND}']"),
        (mixed, "lost", "lamp version 4: acknowledged, and not stored as it was"),
        (without(("stock-2.en", 1)), "half", f"{FILE}: 2 of 3 articles"),
        (held(imports={}), "lost", f"import {FILE}: taken, and it is None"),
        (held(imports={"i1": "reading"}), "lost", f"import {FILE}: taken, and it is reading"),
        (held(imports={"i1": "refused"}), "half", f"import {FILE}: refused, with 3 articles"),
        (held(imports={"i1": "refused"}), "lost", f"import {FILE}: said to be done, and it is not"),
        (
            without(*((f"stock-{number}.en", 1) for number in (1, 2, 3))),
            "half",
            f"import {FILE}: done, with 0 articles",
        ),
        (index(digest="abd"), "index unequal", "the index holds other articles"),
        (index(stored="abd"), "index unequal", "the index on the disk"),
        (held(indexed=frozenset({"stock-1.en"})), "resurrected", "stock-2.en: found by 'how do I clean it'"),
        (index(fresh=[Answer("how do I clean it", "none", ())]), "found otherwise than after a rebuild", "fresh: none"),
        (index(files=["index/g-000007"]), "left behind", "index/g-000007"),
        (held(leftovers={"pieces of files": 4}), "left behind", "4 pieces of files"),
        (held(failed_jobs=["job 4 (import): LeaseRanOut"]), "failed jobs", "job 4 (import): LeaseRanOut"),
    ],
)
def test_each_kind_of_defect_is_found(story: Facts, breaks: Break, name: str, said: str) -> None:
    found = checker.check(breaks(story))[name]
    assert any(said in sentence for sentence in found), found


def test_a_score_that_differs_is_a_defect_and_a_last_digit_is_none(story: Facts) -> None:
    for score, defects in ((0.5, 0), (0.55, 1)):
        fresh = [replace(story.index.answers[0], hits=(("stock-1.en", 0.501), ("stock-2.en", score)))]
        found = checker.found_otherwise(replace(story, index=replace(story.index, fresh=fresh)))
        assert len(found) == defects
