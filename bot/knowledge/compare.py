"""What changed between two versions of an article, word by word; in Chinese character by character.

Cut first into sentences, then within what was replaced into words: a long answer costs little, and what was moved or
rewritten whole is told as a whole.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from bot.core import clock
from bot.knowledge.models import ArticleVersion
from bot.knowledge.service import CARE, WORDS

Part = dict[str, str]
SENTENCE = re.compile(r"[^\n.!?。！？；]*(?:\n|[.!?。！？；]+\s*|$)")
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+|\s+|.")
CLOSELY = 600
"""Words, on either side together, above which a replaced stretch is not looked into."""
FIELDS = (*WORDS, *CARE, "status")


def compare(before: ArticleVersion, after: ArticleVersion) -> list[dict[str, Any]]:
    """The fields that differ, each with its parts in reading order."""
    found = []
    for name in FIELDS:
        was, is_ = getattr(before, name), getattr(after, name)
        if was != is_:
            parts = _of_lists(was, is_) if isinstance(was, list) else _of_texts(_shown(was), _shown(is_))
            found.append({"field": name, "parts": parts})
    return found


def _of_texts(was: str, is_: str) -> list[Part]:
    return _joined(_told(SENTENCE.findall(was), SENTENCE.findall(is_), within=_of_sentences))


def _of_sentences(was: Sequence[str], is_: Sequence[str]) -> Iterator[Part]:
    before, after = WORD.findall("".join(was)), WORD.findall("".join(is_))
    if len(before) + len(after) > CLOSELY:
        yield from _replaced(was, is_)
        return
    yield from _told(before, after, within=_replaced)


def _of_lists(was: list[Any], is_: list[Any]) -> list[Part]:
    """An entry each, never cut."""
    before, after = [[_entry(one) for one in entries] for entries in (was, is_)]
    return [part for part in _told(before, after, within=_replaced) if part["text"]]


def _told(was: Sequence[str], is_: Sequence[str], *, within: Any) -> Iterator[Part]:
    for op, i1, i2, j1, j2 in SequenceMatcher(None, was, is_, autojunk=False).get_opcodes():
        if op == "equal":
            yield from ({"op": "same", "text": text} for text in was[i1:i2])
        else:
            yield from within(was[i1:i2], is_[j1:j2])


def _replaced(was: Sequence[str], is_: Sequence[str]) -> Iterator[Part]:
    yield from ({"op": "gone", "text": text} for text in was)
    yield from ({"op": "new", "text": text} for text in is_)


def _joined(parts: Iterator[Part]) -> list[Part]:
    """Neighbours of the same kind are one part."""
    found: list[Part] = []
    for part in parts:
        if found and found[-1]["op"] == part["op"]:
            found[-1] = {"op": part["op"], "text": found[-1]["text"] + part["text"]}
        elif part["text"]:
            found.append(part)
    return found


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else clock.iso(value)


def _entry(one: Any) -> str:
    """A step of a procedure in one line; a variant or tag as it is."""
    if isinstance(one, str):
        return one
    minutes = f"{one['minutes']} min" if one.get("minutes") else None
    return " · ".join(part for part in (one["text"], one.get("team"), minutes, one.get("sentence")) if part)
