"""What one message asks: its questions one by one. Where a sentence turns to another one is told by `clauses`."""

import re
from collections.abc import Iterator

from knowledge_index import clauses
from knowledge_index.text import clean, is_chinese

MOST_QUESTIONS = 3
LONGEST_READ = 600
"""Characters: who writes more tells a story, and the whole of it is searched."""

_END = re.compile(r"(?<=[?？!！。；;\n])\s*|(?<=[.])\s+")

_FURTHER = (
    r"(?:also|plus|besides|in addition|(?:second|third)(?:ly)?|(?:and )?(?:another|one more|next) (?:thing|question))\b"
    r"|(?:另外|还有|顺[便带]|以及|再就是|其次|对了)(?:(?:再)?(?:想)?问一?下|(?:一件|个|一个)?(?:事情?|问题))?"
)
_ADDS = re.compile(rf"^(?:{_FURTHER}|(?:i|we) also\b)", re.IGNORECASE)
"""How a question begins that is not about what was told before it."""
_LEAD = re.compile(
    rf"^(?:{_FURTHER}|(?:and|then|first(?:ly)?|(?:i have )?(?:two|three|some|a few|a couple of) (?:questions|things))\b"
    r"|(?:有|想?问)?(?:[两三几]个问题|[两三几]件事)|首先|[一二三]是|然后|再(?=告诉))[\s,，:：]*",
    re.IGNORECASE,
)

_SEVERAL = re.compile(
    r"^\W*(?:i have )?(?:two|three|a couple of) (?:questions|things)\b|^(?:有|想?问)?(?:[两三]个问题|[两三]件事)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[,;]?\s+and\s+(?:also\s+)?|[，,；;。.？?]\s*(?:and\s+)?|\n", re.IGNORECASE)

_POINT = re.compile(r"(?:^|(?<=[\s。；;?？]))[(（]?[1-9](?:[)）、]|[.．:：](?!\d))\s*|(?:^|\n)\s*[-*•·]\s+")
_NAME_WORDS, _NAME_CHARS = 4, 8
"""A point of a list of so little is the name of what is asked about."""
_TELLS = re.compile(r"\b(?:i|i'm|i've|we|my|it|then)\b|[我它了]", re.IGNORECASE)


def split(text: str) -> list[str]:
    """The questions of a text in their order; one entry, the whole text, unless it plainly asks several.

    What stands beside a question without asking anything goes with the one that follows, else with the one before;
    but for "also", which begins something new.
    """
    text = text.strip()
    if len(text) > LONGEST_READ:
        return [text]
    parts = _points(text) or _announced(text) or _told_apart(text)
    if len(parts) < 2:
        return [text]
    return [clean(_LEAD.sub("", part)) for part in parts[:MOST_QUESTIONS]]


def _told_apart(text: str) -> list[str]:
    parts: list[str] = []
    told = ""
    for piece, turns in _pieces(text):
        adds = turns or (_ADDS.match(piece) is not None and _asks_or_wishes(piece))
        if adds and clauses.is_long_enough(told):
            if parts and not turns:
                parts[-1] = f"{parts[-1]} {told}"
            else:
                parts.append(told)
            told = ""
        told = f"{told} {piece}".strip()
        if adds or clauses.asks(_bare(piece)):
            parts.append(told)
            told = ""
    if told and parts:
        parts[-1] = f"{parts[-1]} {told}"
    return parts


def _points(text: str) -> list[str]:
    """The points of a list, where each of them asks or names something; else none."""
    marks = list(_POINT.finditer(text))
    if len(marks) < 2 or marks[0].start() > 0:
        return []
    ends = [mark.start() for mark in marks[1:]]
    points = [text[mark.end() : end].strip() for mark, end in zip(marks, [*ends, len(text)], strict=True)]
    return points if all(_asks_or_wishes(point) or _is_name(point) for point in points) else []


def _announced(text: str) -> list[str]:
    """What follows "two things:", where there are as many as that; else none."""
    if not _SEVERAL.match(text):
        return []
    parts = [part for part in _BETWEEN.split(_bare(text)) if part.strip()]
    several = 2 <= len(parts) <= MOST_QUESTIONS and all(map(clauses.is_long_enough, parts))
    return parts if several else []


def _is_name(point: str) -> bool:
    is_short = len(point) <= _NAME_CHARS if is_chinese(point) else len(point.split()) <= _NAME_WORDS
    return bool(point) and is_short and not _TELLS.search(point)


def _asks_or_wishes(piece: str) -> bool:
    return clauses.asks(_bare(piece)) or clauses.wishes(_bare(piece))


def _bare(piece: str) -> str:
    return _LEAD.sub("", piece.strip())


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Sentences and their clauses, each with whether it turns to something else within its sentence."""
    for sentence in filter(str.strip, _END.split(text)):
        yield from ((clause, place > 0) for place, clause in enumerate(clauses.clauses(sentence)))
