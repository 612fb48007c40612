"""The ruler itself: figures beside the last ones, what counts as right, and the picture of what is confused."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench.eval import confusion, hard, rows
from bench.eval.rows import Row
from bench.eval.seen import Seen, leads_to
from bench.held import Message
from bot.understanding import facts

TEXTS = {
    "right": Message("1", "where is my parcel", "track_order", "track-order"),
    "wrong": Message("2", "is it raining", "other_question", None, tags=("oos",)),
    "unknown": Message("3", "asdf", "none", None, tags=("oos",)),
    "angry": Message("4", "I am furious, nobody helps", "not_helpful", None, anger=2),
    "danger": Message("5", "my lock is smoking", "complain_safety_hazard", None, urgency=True, risk=("safety",)),
}
TAKEN_FOR = {
    "right": ("track_order", "answer", frozenset({"track-order.en"})),
    "wrong": ("track_order", "answer", frozenset({"track-order.en"})),
    "unknown": ("nlu_fallback", "none", frozenset()),
    "angry": ("not_helpful", "elsewhere", frozenset()),
    "danger": ("complain_safety_hazard", "elsewhere", frozenset()),
}


@pytest.fixture
def seen() -> list[Seen]:
    """Each sort of message once in both languages."""
    return [
        Seen(language, message, intent, leads_to()[intent], decision, answered, facts.read(message.text))
        for language in ("en", "zh")
        for message, (intent, decision, answered) in ((TEXTS[name], TAKEN_FOR[name]) for name in TEXTS)
    ]


def test_each_measure_says_what_it_was_taken_of(seen: list[Seen]) -> None:
    found = {row.measure: (row.value, row.how) for row in hard.rows(seen)}
    assert found["right intents, en"] == (0.8, "4 of 5")
    assert found["led to the right action, en"] == (1.0, "5 of 5")
    assert found["answers that are right (precision), en"] == (0.5, "1 of 2")
    assert found["answerable that are answered rightly (recall), en"] == (1.0, "1 of 1")
    assert found["'I do not know' that is right (precision), en"] == (1.0, "1 of 1")
    assert found["asked in vain and no article given (recall), en"] == (0.5, "1 of 2")
    assert found["angry against the rest, en"][0] == 1.0
    assert found["risks, recall, en"] == (1.0, "1 of 1")
    assert found["answers that are right (precision), zh"][0] == 0.0


def test_figures_stand_beside_those_that_were_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "LAST", tmp_path / "last.json")
    assert rows.last() == {}
    rows.keep([Row("nlu", "accuracy", 0.5, "share"), Row("nlu", "other", 1.0, "share")])
    rows.keep([Row("nlu", "accuracy", 0.75, "share")])
    assert rows.last() == {"nlu: accuracy": 0.75, "nlu: other": 1.0}
    now = [Row("nlu", "accuracy", 0.8, "share", ">= 0.9", ok=False), Row("nlu", "fresh", 0.1, "share")]
    _, missed, fresh = rows.table(now, rows.last())
    assert missed.startswith("✗ nlu: accuracy")
    assert "0.75" in missed
    assert "+0.05" in missed
    assert " new " in fresh
    assert json.loads(now[0].as_json(0.75))["compared_to"] == {"last": 0.75}


def test_what_a_bench_prints_is_taken_and_all_else_is_passed_over() -> None:
    line = {"room": "nlu", "measure": "m", "value": 1, "unit": "%", "target": ">= 2", "ok": False, "compared_to": {}}
    assert rows.of_line(json.dumps(line)) == Row("nlu", "m", 1, "%", ">= 2", ok=False)
    for other in ("", "words", "[]", '{"room": "nlu"}', "null"):
        assert rows.of_line(other) is None


def test_the_picture_shows_the_pairs_that_are_confused(seen: list[Seen], tmp_path: Path) -> None:
    drawn = ElementTree.parse(confusion.draw(seen, tmp_path / "pictures" / "confusion.svg")).getroot()
    texts = [node.text for node in drawn.iter() if node.tag.endswith("text")]
    assert texts == ["other_question", "track_order", "other_question", "2"]
    alone = confusion.draw([one for one in seen if one.intent != "track_order"], tmp_path / "none.svg")
    assert ElementTree.parse(alone).getroot().tag.endswith("svg")
