"""Every version is kept whole, told apart word by word, and comes back as it was."""

from typing import Any

import pytest

from tests.knowledge.editing.conftest import Write
from tests.knowledge.editing.test_articles import CARE, changed
from tests.people import StaffMember


def parts(cleo: StaffMember, article: dict[str, Any], **between: int) -> dict[str, list[tuple[str, str]]]:
    found = cleo.get(f"/knowledge/articles/{article['id']}/compare", **between)["fields"]
    return {one["field"]: [(part["op"], part["text"]) for part in one["parts"]] for one in found}


def test_versions_tell_all_that_was_and_who_did_it(cleo: StaffMember, admin: StaffMember, write: Write) -> None:
    article = write(**CARE, kind="procedure")
    changed(admin, article, team=None, kind="answer")
    first, second = cleo.get(f"/knowledge/articles/{article['id']}/versions")["items"]
    assert {name: first[name] for name in CARE} == {name: article[name] for name in CARE}
    assert (first["by"]["name"], second["by"]["name"]) == ("Cleo", "Admin")
    assert (first["kind"], second["kind"], second["team"], first["language"]) == ("procedure", "answer", None, "en")


def test_a_restored_version_brings_everything_back_but_the_status(cleo: StaffMember, write: Write) -> None:
    article = write(**CARE, published=True)
    later = changed(cleo, article, answer="Yes.", tags=[], steps=[], category=None, valid_until=None)
    back = cleo.post(f"/knowledge/articles/{article['id']}/restore", {"version": 1})
    same = {*CARE, "answer", "tags", "question", "variants"}
    assert {name: back[name] for name in same} == {name: article[name] for name in same}
    assert (back["status"], back["version"]) == ("published", later["version"] + 1)


def test_words_are_told_apart_in_english_and_characters_in_chinese(cleo: StaffMember, write: Write) -> None:
    article = write(
        answer="We repair clocks on Monday. Bring the key. 周一维修钟表。", variants=["clock repair", "watches"]
    )
    changed(
        cleo,
        article,
        answer="We repair clocks on Friday. Bring the key. 周五维修钟表。",
        variants=["watches", "alarms"],
    )
    found = parts(cleo, article, **{"from": 1, "to": 2})
    assert list(found) == ["variants", "answer"]
    assert found["variants"] == [("gone", "clock repair"), ("same", "watches"), ("new", "alarms")]
    assert found["answer"] == [
        ("same", "We repair clocks on "),
        ("gone", "Monday"),
        ("new", "Friday"),
        ("same", ". Bring the key. 周"),
        ("gone", "一"),
        ("new", "五"),
        ("same", "维修钟表。"),
    ]
    assert parts(cleo, article, **{"from": 2, "to": 2}) == {}


@pytest.mark.parametrize(
    ("was", "is_"),
    [
        ("a. " * 6_000, "b. a. " * 3_000),
        ("同" * 19_990, "同不" * 9_990),
        ("word " * 3_900, "other words " * 1_600),
        ("\n" * 5_000 + "x", "y" + "\n" * 5_000),
    ],
    ids=["sentences", "one long sentence", "words", "lines"],
)
def test_long_answers_that_share_little_are_compared_all_the_same(
    cleo: StaffMember, write: Write, was: str, is_: str
) -> None:
    article = write(answer=f"({was})")
    changed(cleo, article, answer=f"({is_})")
    found = parts(cleo, article, **{"from": 1, "to": 2})["answer"]
    assert "".join(text for op, text in found if op != "new") == f"({was})"
    assert "".join(text for op, text in found if op != "gone") == f"({is_})"


def test_a_version_that_never_was_is_not_found(cleo: StaffMember, write: Write) -> None:
    article = write()
    for between in ({"from": 1, "to": 9}, {"from": 9, "to": 1}):
        answer = cleo.http.get(f"/knowledge/articles/{article['id']}/compare", params=between)
        assert answer.status_code == 404
    assert cleo.http.get("/knowledge/articles/nothing/compare", params={"from": 1, "to": 1}).status_code == 404
