"""An editor brings a file, sees what each row would do, and applies it: all of it, or nothing."""

import json

import pytest

from tests.knowledge.imports.bringing import apply, bring, kinds
from tests.people import StaffMember

TWO = (
    "id,language,question,variants,answer,tags\n"
    "clock.en,en,Do you repair antique clocks?,clock repair | old watches,Our partner does.,service\n"
    "clock.zh,zh,你们修古董钟吗？,,我们的合作伙伴可以。,service\n"
)


def test_a_dry_run_writes_nothing_and_is_made_real_afterwards(cleo: StaffMember) -> None:
    looked = bring(cleo, TWO, dry_run=True)
    assert (looked["state"], looked["counts"]["new"], looked["counts"]["wrong"]) == ("checked", 2, 0)
    assert [row["row"] for row in looked["preview"]] == [2, 3]
    assert cleo.http.get("/knowledge/articles/clock.en").status_code == 404
    done = apply(cleo, looked["id"])
    assert (done["state"], done["vectors"]) == ("done", None)
    article = cleo.get("/knowledge/articles/clock.en")
    assert (article["status"], article["version"]) == ("published", 1)
    assert article["variants"] == ["clock repair", "old watches"]
    assert [one["id"] for one in article["translations"]] == ["clock.zh"]
    assert cleo.http.post(f"/knowledge/imports/{looked['id']}/apply").status_code == 409


def test_a_file_that_comes_again_changes_what_changed_and_no_more(cleo: StaffMember) -> None:
    bring(cleo, TWO)
    again = bring(cleo, TWO.replace("Our partner does.", "Yes since May."), dry_run=True)
    assert kinds(again) == ["changed", "same"]
    assert again["preview"][0]["changes"] == ["answer"]
    apply(cleo, again["id"])
    changed, same = cleo.get("/knowledge/articles/clock.en"), cleo.get("/knowledge/articles/clock.zh")
    assert (changed["answer"], changed["version"]) == ("Yes since May.", 2)
    assert (same["version"], same["behind"]) == (1, True)
    assert len(cleo.get("/knowledge/articles/clock.en/versions")["items"]) == 2


def test_a_wrong_row_refuses_the_whole_file_and_is_named(cleo: StaffMember) -> None:
    file = "language,question,answer\nen,How?,So.\nxx,Why?,Because.\nen,When?,\n"
    refused = bring(cleo, file)
    assert refused["state"] == "refused"
    assert {(one["row"], one["column"]) for one in refused["problems"] if one["row"]} == {
        (3, "language"),
        (4, "answer"),
    }
    assert cleo.get("/knowledge/articles")["items"] == []
    looked = bring(cleo, file, dry_run=True)
    assert kinds(looked) == ["new", "wrong", "wrong"]
    assert cleo.http.post(f"/knowledge/imports/{looked['id']}/apply").status_code == 409
    apply(cleo, looked["id"], skip_wrong=True)
    assert [article["question"] for article in cleo.get("/knowledge/articles")["items"]] == ["How?"]


def test_without_an_id_the_question_in_its_language_names_the_article(cleo: StaffMember) -> None:
    bring(cleo, "question,answer\nHow loud is it?,Not at all.\n", language="en")
    again = bring(cleo, "question,answer\n HOW LOUD IS IT ? ,Not at all.\n", language="en", dry_run=True)
    assert kinds(again) == ["changed"]
    assert again["preview"][0]["changes"] == ["question"]


def test_what_another_article_asks_in_almost_the_same_words_is_left_out(cleo: StaffMember) -> None:
    bring(cleo, "id,question,answer\nreturn.en,How do I return an order?,Send it back.\n", language="en")
    file = "id,question,answer\nx.en,How can I return my order?,Somehow.\ny.en,How do I cancel an order?,Call us.\n"
    found = bring(cleo, file, language="en")
    assert kinds(found) == ["duplicate", "new"]
    assert found["preview"][0]["article_id"] == "return.en"
    assert cleo.http.get("/knowledge/articles/x.en").status_code == 404
    assert bring(cleo, file, language="en", duplicates="take")["counts"]["new"] == 1


def test_an_article_that_changed_since_the_check_is_not_overwritten(cleo: StaffMember) -> None:
    bring(cleo, TWO)
    looked = bring(cleo, TWO.replace("Our partner does.", "Never."), dry_run=True)
    article = cleo.get("/knowledge/articles/clock.en")
    cleo.http.put("/knowledge/articles/clock.en", json={**article, "answer": "Since today."})
    found = apply(cleo, looked["id"])
    assert (found["state"], found["counts"]["changed"]) == ("checked", 1)
    assert "look again" in found["problem"]
    assert cleo.get("/knowledge/articles/clock.en")["answer"] == "Since today."
    assert apply(cleo, looked["id"])["state"] == "done"
    assert cleo.get("/knowledge/articles/clock.en")["answer"] == "Never."


def test_new_articles_may_be_drafts_and_agents_bring_nothing(cleo: StaffMember, ben: StaffMember) -> None:
    bring(cleo, TWO, publish=False)
    assert cleo.get("/knowledge/articles/clock.en")["status"] == "draft"
    assert ben.http.post("/knowledge/imports", files={"file": ("a.csv", b"question,answer\n")}).status_code == 403
    assert ben.http.get("/knowledge/imports").status_code == 403
    assert cleo.get("/knowledge/imports")["items"][0]["counts"]["new"] == 2


def test_a_call_without_a_file_is_refused(cleo: StaffMember) -> None:
    assert cleo.http.post("/knowledge/imports", json={}).status_code == 422
    assert cleo.http.post("/knowledge/imports", files={"file": ("a.exe", b"MZ")}).status_code == 422
    assert cleo.http.post("/knowledge/imports", files={"file": ("a.csv", b"x" * 21_000_001)}).status_code == 413


AWKWARD = [
    {
        "id": "a.en",
        "language": "en",
        "question": "=HYPERLINK(1)",
        "variants": ["a | b", "'+x"],
        "answer": "- one\n- \"two\"; three, and a | bar",
        "tags": ["@x"],
        "category": "shipping/returns",
        "valid_until": "2100-01-01T00:00:00Z",
    },
    {"id": "a.zh", "language": "zh", "question": "怎么退货？", "answer": "=1+1", "audience": "agents"},
    {
        "id": "p.zh",
        "language": "zh",
        "question": "处理流程",
        "answer": "按步骤。",
        "kind": "procedure",
        "steps": [{"text": "查看", "minutes": 5}],
    },
]


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "jsonl", "yaml", "markdown"])
def test_what_is_taken_away_comes_back_unchanged(cleo: StaffMember, form: str) -> None:
    bring(cleo, json.dumps(AWKWARD), "articles.json")
    taken = cleo.http.get("/knowledge/export", params={"format": form})
    name = taken.headers["content-disposition"].partition('filename="')[2].rstrip('"')
    assert b"\n=" not in taken.content if form == "csv" else True
    again = bring(cleo, taken.content, name, dry_run=True)
    assert kinds(again) == ["same"] * 3, again


def test_refused_rows_are_taken_away_with_the_reason(cleo: StaffMember) -> None:
    looked = bring(cleo, "language,question,answer\nen,How?,So.\nen,=1+1,\n", dry_run=True)
    file = cleo.http.get(f"/knowledge/imports/{looked['id']}/refused", headers={"Accept-Language": "zh"})
    _, line = file.content.decode("utf-8-sig").splitlines()
    assert line == "3,,wrong,answer: 缺少此项,'=1+1,"
