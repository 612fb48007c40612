"""Large files are read by a process of their own, which has bounds of memory and time; what is read is the same."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.core.sentences import told
from bot.knowledge.imports import apart as apart_process
from bot.knowledge.imports import reading
from bot.knowledge.imports.formats import registry
from bot.knowledge.imports.formats.base import Row, Unreadable
from tests.knowledge.imports.bringing import bring
from tests.knowledge.imports.test_formats import workbook, zipped
from tests.people import StaffMember

HEAD = ["language", "question", "answer"]
LINES: list[list[Any]] = [["en", "Wie, was?", "=So"], ["zh", "为什么？", "因为。\n第二行"], ["en", "No answer?", None]]
CSV = "language,question,answer\n"


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is small."""
    monkeypatch.setattr(reading, "SMALL_BYTES", 0)


def read(data: bytes, name: str) -> Iterator[Row]:
    return reading.rows(registry.of_file(name), data, name)


def why(data: bytes, name: str) -> str:
    with pytest.raises(Unreadable) as refused:
        list(read(data, name))
    assert told(refused.value.template, "zh")
    return refused.value.message


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", f'{CSV}en,"Two\nlines?",So.,more\nzh,为什么？,因为。\n'.encode("utf-16")),
        ("a.xlsx", workbook(HEAD, *LINES)),
        ("a.json", json.dumps([{"question": "\ud800", "answer": 1.5, "tags": ["a", {"b": None}]}, 7]).encode()),
        ("a.zip", zipped({"x/en/b.md": "---\ntags: [a, b]\nreview by: 2030-01-01\n---\n# Why?\n\nSo."})),
    ],
)
def test_what_is_read_apart_is_what_is_read_here(name: str, data: bytes) -> None:
    assert list(read(data, name)) == list(registry.rows(registry.of_file(name), data, name))


@pytest.mark.usefixtures("apart")
def test_why_it_cannot_be_read_is_told_the_same() -> None:
    assert why(b"question\nHow?\n", "a.csv") == "Row 1 is to name the columns: there is none called answer."
    assert why(CSV.encode() + b'en,"How?,So.\n', "a.csv").startswith("Row 2: this is no CSV")
    assert why(b"PK not really", "a.xlsx") == "This archive is damaged."


@pytest.mark.usefixtures("apart")
def test_a_day_of_yaml_comes_as_its_words() -> None:
    (row,) = read(b"- question: How?\n  answer: So.\n  review_by: 2030-01-01\n", "a.yml")
    assert row.fields["review_by"] == "2030-01-01"


def test_a_file_that_takes_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_MEMORY", 250_000_000)
    assert why(b"[" + b"[]," * 3_000_000 + b"1]", "a.json") == apart_process.TOO_LARGE


def test_a_file_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_SECONDS", 1)
    monkeypatch.setattr(reading, "PATIENCE", 1_000)
    assert why(b"- question: How?\n  answer: So.\n" * 100_000, "a.yml") == reading.TOO_SLOW


def test_a_row_that_is_longer_than_any_article_is_named() -> None:
    entries = [{"question": "How?", "answer": "So."}, {"question": "Why?", "answer": "x" * 2_000_001}]
    assert why(json.dumps(entries).encode(), "a.json") == "Row 2 is longer than any article."


def test_a_large_file_comes_in_by_the_door_and_its_wrong_row_is_named(cleo: StaffMember, word: str) -> None:
    lines = "".join(f"en,What is {word} number {number}?,{'So. ' * 200}\n" for number in range(1, 801))
    found = bring(cleo, f"{CSV}{lines}en,And {word}?,\n", dry_run=True)
    assert (found["rows"], found["counts"]["wrong"], found["problems"][0]["row"]) == (801, 1, 802)
