"""What changed between two versions of an article, word by word; in Chinese character by character.

Cut first into sentences, then within what was replaced into words. What has more than MOST_CHANGES is told as gone and
new as a whole: nobody reads it word by word, and it would take as many seconds as it has words.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from bot.core import clock
from bot.knowledge.models import ArticleVersion
from bot.knowledge.service import CARE, WORDS

Part = dict[str, str]
Stretch = tuple[int, int, int, "Stretch | None"]
"""Where words that are the same begin in the old text and in the new one, how many, and the stretch before."""
END: Part = {"op": "same", "text": ""}
SENTENCE = re.compile(r"[^\n.!?。！？；]*(?:\n|[.!?。！？；]+\s*|$)")
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+|\s+|.")
MOST_CHANGES = 300
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
    return _told(WORD.findall("".join(was)), WORD.findall("".join(is_)), within=_replaced)


def _of_lists(was: list[Any], is_: list[Any]) -> list[Part]:
    """An entry each, never cut."""
    before, after = [[_entry(one) for one in entries] for entries in (was, is_)]
    return list(_told(before, after, within=_replaced))


def _told(
    was: Sequence[str], is_: Sequence[str], *, within: Callable[[Sequence[str], Sequence[str]], Iterator[Part]]
) -> Iterator[Part]:
    """What is the same, and `within` of what stands between."""
    i = j = 0
    for i_same, j_same in [*_same(was, is_), (len(was), len(is_))]:
        if (i, j) != (i_same, j_same):
            yield from within(was[i:i_same], is_[j:j_same])
        if i_same < len(was):
            yield {"op": "same", "text": was[i_same]}
        i, j = i_same + 1, j_same + 1


def _same(was: Sequence[str], is_: Sequence[str]) -> list[tuple[int, int]]:
    """The places that pair up: at both ends, and in between by as few changes as there can be."""
    least = min(len(was), len(is_))
    head = next((place for place in range(least) if was[place] != is_[place]), least)
    tail = next((back for back in range(least - head) if was[-1 - back] != is_[-1 - back]), least - head)
    middle = _paired(was[head : len(was) - tail], is_[head : len(is_) - tail])
    begins = [(place, place) for place in range(head)]
    ends = [(len(was) - back, len(is_) - back) for back in range(tail, 0, -1)]
    return [*begins, *((i + head, j + head) for i, j in middle), *ends]


def _paired(was: Sequence[str], is_: Sequence[str]) -> list[tuple[int, int]]:
    """Myers, "An O(ND) difference algorithm and its variations" (1986): the shortest way from both beginnings to both
    ends, one change after the other; nothing pairs up where it takes more than MOST_CHANGES.

    A diagonal holds how far into the old text it leads, and the stretches that were the same on the way there.
    """
    ways: dict[int, tuple[int, Stretch | None]] = {1: (0, None)}
    for changes in range(min(len(was) + len(is_), MOST_CHANGES) + 1):
        for diagonal in range(-changes, changes + 1, 2):
            begins, stretch = _one_more(ways, diagonal, changes)
            i = begins
            while i < len(was) and i - diagonal < len(is_) and was[i] == is_[i - diagonal]:
                i += 1
            if i > begins:
                stretch = (begins, begins - diagonal, i - begins, stretch)
            if i >= len(was) and i - diagonal >= len(is_):
                return _pairs(stretch)
            ways[diagonal] = i, stretch
    return []


def _one_more(ways: dict[int, tuple[int, Stretch | None]], diagonal: int, changes: int) -> tuple[int, Stretch | None]:
    """Where one more change leads to on this diagonal: something came, or something went."""
    if diagonal == -changes or (diagonal != changes and ways[diagonal - 1][0] < ways[diagonal + 1][0]):
        return ways[diagonal + 1]
    begins, stretch = ways[diagonal - 1]
    return begins + 1, stretch


def _pairs(stretch: Stretch | None) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while stretch is not None:
        i, j, length, stretch = stretch
        found[:0] = [(i + place, j + place) for place in range(length)]
    return found


def _replaced(was: Sequence[str], is_: Sequence[str]) -> Iterator[Part]:
    yield from ({"op": "gone", "text": text} for text in was)
    yield from ({"op": "new", "text": text} for text in is_)


def _joined(parts: Iterable[Part]) -> list[Part]:
    """Neighbours run together; a blank alone between two changes is a part of both."""
    found: list[Part] = []
    gone = new = blank = ""
    for op, text in ((part["op"], part["text"]) for part in (*parts, END)):
        if op == "same" and text.isspace() and (gone or new):
            blank += text
        elif op == "same":
            found += [{"op": "gone", "text": gone}, {"op": "new", "text": new}, {"op": "same", "text": blank + text}]
            gone = new = blank = ""
        else:
            gone, new, blank = gone + blank, new + blank, ""
            gone, new = (gone + text, new) if op == "gone" else (gone, new + text)
    return _run_together(part for part in found if part["text"])


def _run_together(parts: Iterable[Part]) -> list[Part]:
    groups = groupby(parts, key=itemgetter("op"))
    return [{"op": op, "text": "".join(part["text"] for part in group)} for op, group in groups]


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
