"""What each format is read as, and how a file that is none is refused: in words, with the row."""

import io
import json
import zipfile
from typing import Any

import openpyxl
import pytest

from bot.core.sentences import told
from bot.knowledge.imports import rows
from bot.knowledge.imports.alike import Questions
from bot.knowledge.imports.formats import columns, registry, text
from bot.knowledge.imports.formats.base import Row, Unreadable

CSV = "question,answer\nHow loud is it?,Not at all.\n"


def read(data: bytes | str, name: str) -> list[Row]:
    content = data.encode() if isinstance(data, str) else data
    return list(registry.rows(registry.of_file(name), content, name))


def why(data: bytes | str, name: str) -> str:
    with pytest.raises(Unreadable) as refused:
        read(data, name)
    assert told(refused.value.template, "zh"), refused.value.template
    return refused.value.message


def workbook(*lines: list[Any]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for line in lines:
        book.worksheets[0].append(line)
    book.save(out)
    return out.getvalue()


def zipped(files: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(),
        CSV.encode("utf-8-sig"),
        CSV.encode("utf-16"),
        CSV.encode("utf-16-le"),
        CSV.replace(",", ";").encode(),
        CSV.replace(",", "\t").replace("\n", "\r\n").encode(),
        CSV.replace("question,answer", "标准问,答案").encode("gb18030"),
    ],
    ids=["utf-8", "mark", "utf-16", "utf-16 without mark", "semicolons", "tabs", "gb18030"],
)
def test_a_table_is_read_whatever_wrote_it(data: bytes) -> None:
    assert read(data, "a.csv") == [Row(2, {"question": "How loud is it?", "answer": "Not at all."})]


def test_chinese_of_an_older_windows_is_read() -> None:
    (row,) = read("问题,答案\n怎么退货？,请在七天之内寄回。\n".encode("gb18030"), "a.csv")
    assert row.fields == {"question": "怎么退货？", "answer": "请在七天之内寄回。"}


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (CSV.encode() + "怎么退货？请寄回".encode() + b"\xff,x\n", "a.csv", "Line 3: byte 0xFF is not UTF-8"),
        (CSV.encode() + b"Caf\xe9 menu?,yes\n", "a.csv", "Line 3: byte 0xE9"),
        (CSV.encode("utf-16")[:-1], "a.csv", "Line 2: the file is broken"),
        ("question,reply to\nHow?,So.\n", "a.csv", "none called answer"),
        ("question,answer,title\nHow?,So.,x\n", "a.csv", "names the column question twice"),
        (CSV + '"open,quote\n', "a.csv", "Row 3: this is no CSV"),
        ("", "a.csv", "empty"),
        ("\n\n", "a.json", "empty"),
        ('[{"question": }]', "a.json", "Line 1, column 15"),
        ("[" * 100_000, "a.json", "nested too deep"),
        ("7", "a.json", "A list of articles is expected"),
        ("a: [1", "a.yml", "This is no YAML"),
        ("a: &x [1]\nb: *x\n", "a.yml", "aliases are not read"),
        (b"\xd0\xcf\x11\xe0 and so on", "a.xlsx", "Save it as .xlsx"),
        (b"no workbook", "a.xlsx", "damaged"),
        (zipped({"a.txt": "x"}), "a.xlsx", "damaged"),
        (zipped({"xl/workbook.xml": b"\0" * 160_000_000}), "a.xlsx", "larger than 150,000,000 bytes"),
        (zipped({"a.txt": "x"}), "a.zip", "no Markdown file"),
        ("<p>No heading</p>", "a.html", "no heading"),
    ],
    ids=range(19),
)
def test_what_cannot_be_read_is_refused_in_words(data: bytes | str, name: str, said: str) -> None:
    assert said in why(data, name)


def test_rows_are_counted_as_people_see_them() -> None:
    found = read('question,answer\n\n"two\nlines",So.\nnext,x\n', "a.csv")
    assert [row.number for row in found] == [3, 5]
    assert [row.number for row in read('{"question": "a"}\n\n{"question": "b"}\n', "a.jsonl")] == [1, 3]


def test_a_workbook_is_read_and_its_formulas_are_named() -> None:
    book = workbook(["Question", "Answer", "Tags"], [None], ["How?", 5.0, "a | b"], ["Why?", "=1+1", None])
    good, formula = read(book, "a.xlsx")
    assert (good.number, good.fields) == (3, {"question": "How?", "answer": "5", "tags": ["a", "b"]})
    assert (formula.number, [*formula.flaws]) == (4, ["answer"])


def test_a_folder_of_markdown_says_language_and_category_by_its_folders() -> None:
    files: dict[str, str | bytes] = {
        "faq/en/shipping/how-long.md": "# How long does it take?\n\nTwo **days**.\n",
        "faq/zh/how.md": "---\ntitle: 要多久？\ntags: [配送]\nreview_by: 2027-01-31\n---\n两天。\n",
        "faq/bad.md": b"\xff\xfe\xfd",
        "__MACOSX/faq/x.md": "# no\n",
    }
    bad, english, chinese = read(zipped(files), "faq.zip")
    assert "row" in bad.flaws
    assert english.fields == {
        "question": "How long does it take?",
        "language": "en",
        "category": "shipping",
        "answer": "Two **days**.",
    }
    assert chinese.fields["question"], chinese.fields["tags"] == ("要多久？", ["配送"])
    checked = rows.checked(chinese, language=None)
    assert checked.problems == ()
    assert checked.content()["review_by"] == "2027-01-31T00:00:00Z"


def test_a_page_of_questions_is_read_without_its_scripts() -> None:
    page = """<html><head><title>x</title></head><body><h1>Help</h1><h2>How do I <em>return</em> it?</h2>
    <p>Send it <b>back</b> to <a href="https://example.com/a">us</a> or <a href="javascript:alert(1)">here</a>.</p>
    <script>alert(1)</script><ul><li>one</li><li>two</li></ul><h2>When?</h2><p>a * b &lt;script&gt;</p></body>"""
    first, second = read(page, "faq.html")
    assert first.fields["question"] == "How do I return it?"
    assert first.fields["answer"] == "Send it **back** to [us](https://example.com/a) or here.\n\n- one\n- two"
    assert second.fields["answer"] == r"a \* b \<script>"


def test_the_exports_of_help_centres_are_known_by_their_look() -> None:
    zendesk = {
        "articles": [
            {"id": 7, "title": "How?", "body": "<p>So.</p>", "locale": "en-us", "section_id": 3, "label_names": ["a"]}
        ],
        "sections": [{"id": 3, "name": "Shipping"}],
    }
    (row,) = read(json.dumps(zendesk), "a.json")
    found = rows.checked(row, language=None)
    assert (found.article_id, found.content()["category"], found.content()["answer"]) == (
        "zendesk-7.en",
        "Shipping",
        "So.",
    )
    intercom = {
        "data": [
            {
                "type": "article",
                "id": "9",
                "title": "How?",
                "body": "<p>So.</p>",
                "default_locale": "en",
                "state": "draft",
                "translated_content": {"zh-CN": {"title": "如何？", "body": "<p>这样。</p>", "state": "published"}},
            }
        ]
    }
    english, chinese = (rows.checked(row, language=None) for row in read(json.dumps(intercom), "a.json"))
    assert (english.article_id, english.status) == ("intercom-9.en", "draft")
    assert (chinese.article_id, chinese.status) == ("intercom-9.zh", None)


@pytest.mark.parametrize(
    "parts", [["a"], ["a | b", "c"], ["a\\|b", "\\"], ["\\\\", "|"], ["=1+1", "'=x"], ["a\nb", "c\\|"]]
)
def test_lists_and_formulas_come_out_of_a_cell_as_they_went_in(parts: list[str]) -> None:
    cell = columns.defused(columns.joined(parts))
    assert not cell.startswith(("=", "+", "-", "@"))
    assert columns.parted(columns.bare(cell)) == parts


@pytest.mark.parametrize("cell", ["=1+1", "'=1+1", "''@x", "'quoted'", "+49 30 1", "-5", "plain", "＝1"])
def test_a_cell_that_looks_like_a_formula_is_defused_and_read_back(cell: str) -> None:
    assert columns.bare(columns.defused(cell)) == cell


def test_what_is_wrong_with_a_row_is_told_by_column() -> None:
    fields = {"question": "x" * 501, "language": "fr", "variants": ["v"] * 10_000, "id": "a b", "valid_from": "soon"}
    found = rows.checked(Row(7, fields), language=None)
    assert {one["column"] for one in found.problems} == {
        "question", "language", "variants", "id", "valid_from", "answer"
    }  # fmt: skip
    assert found.given is None


def test_questions_are_near_when_what_matters_is_the_same() -> None:
    asked = [("en", "How do I return an order?"), ("zh", "怎么退货？"), ("en", "Reset the router of model X200")]
    known = Questions(asked)
    for number, (language, question) in enumerate(asked):
        known.add(str(number), language, question, variants=["send back"] if number == 0 else [])
    assert known.near("en", "how can i RETURN my order") == "0"
    assert known.near("en", "Send back") == "0"
    assert known.same("en", "Send back") is None
    assert known.near("zh", "请问怎样退货呢") == "1"
    for language, other in (
        ("en", "How do I cancel an order?"),
        ("en", "Can I not return an order?"),
        ("en", "Reset the router of model X300"),
        ("zh", "不能退货怎么办"),
        ("zh", "How do I return an order?"),
    ):
        assert known.near(language, other) is None, other


def test_a_mark_at_the_beginning_is_no_part_of_the_text() -> None:
    assert text.decoded("\ufeffä".encode()) == "ä"
