"""What errors say, in each language. Whoever adds a sentence gives it to the catalogue too."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.core import errors, sentences

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "bot/core/sentences.zh.yml"


def kinds(kind: type[errors.FirebreakError] = errors.FirebreakError) -> Iterator[type[errors.FirebreakError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from kinds(below)


def first_words() -> Iterator[tuple[str, ast.expr]]:
    """What every error in our code is raised with, and where."""
    names = {kind.__name__ for kind in kinds()}
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in names:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[0]


def chinese() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["sentences"]
    return found


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_sentence_of_an_error_has_its_chinese() -> None:
    """An f-string has none: its words go into `words`."""
    known = chinese()
    assert [where for where, said in first_words() if isinstance(said, ast.JoinedStr)] == []
    said = {said.value: where for where, said in first_words() if isinstance(said, ast.Constant)}
    assert {sentence: where for sentence, where in said.items() if sentence not in known} == {}
    assert [kind.sentence for kind in kinds() if kind.sentence not in known] == []


def test_both_languages_fill_in_the_same_words() -> None:
    assert [english for english, other in chinese().items() if places(english) != places(other)] == []


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,zh;q=0.9", "en"),
        ("fr, en;q=0.2, zh;q=0.7", "zh"),
        ("ZH-hant", "zh"),
        ("*", "en"),
        ("zh;q=0", "en"),
        ("zh;q=much,en", "en"),
        (";;,,=;q=;q", "en"),
        ("de," * 10_000 + "zh", "en"),
    ],
)
def test_the_language_is_the_one_that_the_header_ranks_highest(header: str, language: str) -> None:
    assert sentences.preferred(header) == language


def test_a_sentence_without_chinese_gives_way_to_that_of_its_code() -> None:
    told = errors.Conflict("Only in {English}.", words={"English": "English"})
    assert told.as_dict()["message"] == "Only in English."
    assert told.as_dict("zh") == {"code": "conflict", "message": "内容刚刚被其他人修改了。"}
