"""An editor brings a file, sees what each row would do, and applies it: all of it, or nothing."""

import json
from typing import Any

import pytest

from bot.knowledge.imports.formats import archive
from tests.knowledge.imports.bringing import apply, bring, kinds
from tests.knowledge.imports.test_formats import zipped
from tests.people import StaffMember


def two(word: str, *, answer: str = "Our partner does.") -> str:
    """A CSV of an article and its translation."""
    return (
        "id,language,question,variants,answer,tags\n"
        f"{word}.en,en,Do you repair a {word}?,{word} repair | old {word},{answer},service\n"
        f"{word}.zh,zh,你们修{word}吗？,,我们的合作伙伴可以。,service\n"
    )


def asked(editor: StaffMember, word: str) -> list[str]:
    """The questions of the articles that have this word."""
    return [article["question"] for article in editor.get("/knowledge/articles", q=word)["items"]]


def test_a_dry_run_writes_nothing_and_is_made_real_afterwards(cleo: StaffMember, word: str) -> None:
    looked = bring(cleo, two(word), dry_run=True)
    assert (looked["state"], looked["counts"]["new"], looked["counts"]["wrong"]) == ("checked", 2, 0)
    assert [row["row"] for row in looked["preview"]] == [2, 3]
    assert asked(cleo, word) == []
    done = apply(cleo, looked["id"])
    assert (done["state"], done["vectors"]) == ("done", None)
    article = cleo.get(f"/knowledge/articles/{word}.en")
    assert (article["status"], article["version"]) == ("published", 1)
    assert article["variants"] == [f"{word} repair", f"old {word}"]
    assert [one["id"] for one in article["translations"]] == [f"{word}.zh"]
    assert cleo.http.post(f"/knowledge/imports/{looked['id']}/apply").status_code == 409


def test_a_file_that_comes_again_changes_what_changed_and_no_more(cleo: StaffMember, word: str) -> None:
    bring(cleo, two(word))
    again = bring(cleo, two(word, answer="Yes since May."), dry_run=True)
    assert kinds(again) == ["changed", "same"]
    assert again["preview"][0]["changes"] == ["answer"]
    apply(cleo, again["id"])
    changed, same = (cleo.get(f"/knowledge/articles/{word}.{language}") for language in ("en", "zh"))
    assert (changed["answer"], changed["version"]) == ("Yes since May.", 2)
    assert (same["version"], same["behind"]) == (1, True)
    assert len(cleo.get(f"/knowledge/articles/{word}.en/versions")["items"]) == 2


def test_a_wrong_row_refuses_the_whole_file_and_is_named(cleo: StaffMember, word: str) -> None:
    file = f"language,question,answer\nen,How {word}?,So.\nxx,Why {word}?,Because.\nen,When {word}?,\n"
    refused = bring(cleo, file)
    assert refused["state"] == "refused"
    assert {(one["row"], one["column"]) for one in refused["problems"] if one["row"]} == {
        (3, "language"),
        (4, "answer"),
    }
    looked = bring(cleo, file, dry_run=True)
    assert kinds(looked) == ["new", "wrong", "wrong"]
    assert cleo.http.post(f"/knowledge/imports/{looked['id']}/apply").status_code == 409
    assert asked(cleo, word) == []
    apply(cleo, looked["id"], skip_wrong=True)
    assert asked(cleo, word) == [f"How {word}?"]


def test_without_an_id_the_question_in_its_language_names_the_article(cleo: StaffMember, word: str) -> None:
    bring(cleo, f"question,answer\nHow loud is {word}?,Not at all.\n", language="en")
    again = bring(cleo, f"question,answer\n HOW LOUD IS {word} ? ,Not at all.\n", language="en", dry_run=True)
    assert kinds(again) == ["changed"]
    assert again["preview"][0]["changes"] == ["question"]


def test_what_another_article_asks_in_almost_the_same_words_is_left_out(cleo: StaffMember, word: str) -> None:
    bring(cleo, f"id,question,answer\n{word}.en,How do I return the {word}?,Send it back.\n", language="en")
    rows = f"x{word}.en,How can I return my {word}?,Somehow.\ny{word}.en,How do I cancel the {word}?,Call us.\n"
    file = f"id,question,answer\n{rows}"
    found = bring(cleo, file, language="en")
    assert kinds(found) == ["duplicate", "new"]
    assert found["preview"][0]["article_id"] == f"{word}.en"
    assert cleo.http.get(f"/knowledge/articles/x{word}.en").status_code == 404
    assert bring(cleo, file, language="en", duplicates="take")["counts"]["new"] == 1


def test_an_article_that_changed_since_the_check_is_not_overwritten(cleo: StaffMember, word: str) -> None:
    bring(cleo, two(word))
    looked = bring(cleo, two(word, answer="Never."), dry_run=True)
    article = cleo.get(f"/knowledge/articles/{word}.en")
    cleo.http.put(f"/knowledge/articles/{word}.en", json={**article, "answer": "Since today."})
    found = apply(cleo, looked["id"])
    assert (found["state"], found["counts"]["changed"]) == ("checked", 1)
    assert "look again" in found["problem"]
    assert cleo.get(f"/knowledge/articles/{word}.en")["answer"] == "Since today."
    assert apply(cleo, looked["id"])["state"] == "done"
    assert cleo.get(f"/knowledge/articles/{word}.en")["answer"] == "Never."


def test_new_articles_may_be_drafts_and_what_is_archived_is_not_changed(cleo: StaffMember, word: str) -> None:
    bring(cleo, two(word), publish=False)
    assert cleo.get(f"/knowledge/articles/{word}.en")["status"] == "draft"
    cleo.post(f"/knowledge/articles/{word}.en/archive")
    assert kinds(bring(cleo, two(word, answer="No."), dry_run=True)) == ["wrong", "same"]


def test_agents_bring_nothing(cleo: StaffMember, ben: StaffMember, word: str) -> None:
    bring(cleo, two(word))
    assert ben.http.post("/knowledge/imports", files={"file": ("a.csv", b"question,answer\n")}).status_code == 403
    assert ben.http.get("/knowledge/imports").status_code == 403
    assert cleo.get("/knowledge/imports")["items"][0]["counts"]["new"] == 2


def test_a_call_without_a_file_is_refused(cleo: StaffMember) -> None:
    assert cleo.http.post("/knowledge/imports", json={}).status_code == 422
    assert cleo.http.post("/knowledge/imports", files={"file": ("a.exe", b"MZ")}).status_code == 422
    assert cleo.http.post("/knowledge/imports", files={"file": ("a.csv", b"x" * 21_000_001)}).status_code == 413


def test_an_archive_that_unpacks_to_more_than_anybody_wrote_is_refused_by_the_door(
    cleo: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 1_000)
    found = bring(cleo, zipped({"a.md": "x" * 1_001}), "a.zip")
    assert (found["state"], found["rows"]) == ("refused", 0)
    assert found["problem"] == "Unpacked, this file is larger than 1,000 bytes. It was not opened."
    told = cleo.http.get(f"/knowledge/imports/{found['id']}", headers={"Accept-Language": "zh"}).json()
    assert told["problem"] == "该文件解压后超过 1,000 字节，未予打开。"


def test_what_is_wrong_is_said_as_people_say_it(cleo: StaffMember, word: str) -> None:
    lines = f"en,What is {word}?,,\nfr,Why is {word}?,So.,\nen,{'x' * 501},So.,{'|'.join(map(str, range(201)))}\n"
    found = bring(cleo, f"language,question,answer,variants\n{lines}")
    assert [(one["row"], one["column"], one["problem"]) for one in found["problems"]] == [
        (None, None, "Nothing was imported. Wrong rows: 3."),
        (2, "answer", "missing"),
        (3, "language", "must be 'en' or 'zh'"),
        (4, "question", "too long: at most 500, here 501"),
        (4, "variants", "too long: at most 200, here 201"),
    ]
    told = cleo.http.get(f"/knowledge/imports/{found['id']}", headers={"Accept-Language": "zh"}).json()
    assert told["problems"][2]["problem"] == "可选值：'en'、'zh'"


def awkward(word: str) -> list[dict[str, Any]]:
    return [
        {
            "id": f"a{word}.en",
            "language": "en",
            "question": f"=HYPERLINK({word})",
            "variants": [f"a | b {word}", f"'+x {word}"],
            "answer": '- one\n- "two"; three, and a | bar',
            "tags": ["@x"],
            "category": "shipping/returns",
            "valid_until": "2100-01-01T00:00:00Z",
        },
        {"id": f"a{word}.zh", "language": "zh", "question": f"怎么退{word}？", "answer": "=1+1", "audience": "agents"},
        {
            "id": f"p{word}.zh",
            "language": "zh",
            "question": f"{word} 处理流程",
            "answer": "按步骤。",
            "kind": "procedure",
            "steps": [{"text": "查看", "minutes": 5}],
        },
    ]


def test_what_is_taken_away_in_any_format_comes_back_unchanged(cleo: StaffMember, word: str) -> None:
    assert bring(cleo, json.dumps(awkward(word)), "articles.json")["counts"]["new"] == 3
    for form in ("csv", "xlsx", "json", "jsonl", "yaml", "markdown"):
        taken = cleo.http.get("/knowledge/export", params={"format": form})
        name = taken.headers["content-disposition"].partition('filename="')[2].rstrip('"')
        again = bring(cleo, taken.content, name, dry_run=True)
        assert again["state"] == "checked", again["problem"]
        assert again["counts"] == {"new": 0, "changed": 0, "same": again["rows"], "duplicate": 0, "wrong": 0}, form
        assert again["rows"] >= 3


def test_refused_rows_are_taken_away_with_the_reason(cleo: StaffMember, word: str) -> None:
    looked = bring(cleo, f"language,question,answer\nen,How {word}?,So.\nen,=1+1,\n", dry_run=True)
    file = cleo.http.get(f"/knowledge/imports/{looked['id']}/refused", headers={"Accept-Language": "zh"})
    _, line = file.content.decode("utf-8-sig").splitlines()
    assert line == "3,,wrong,answer: 缺少此项,'=1+1,"
