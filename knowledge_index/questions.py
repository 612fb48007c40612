"""What one message asks: its questions one by one, and whether it leans on the question before it."""

import re
from collections.abc import Iterator

from knowledge_index.text import clean, is_chinese

MOST_QUESTIONS = 3
LONGEST_READ = 600
"""Characters: who writes more tells a story, and the whole of it is searched."""
LEANING_WORDS = 7
LEANING_CHARS = 12

_END = re.compile(r"(?<=[?？!！。；;\n])\s*|(?<=[.])\s+")

_ASKING_EN = r"(?:how|what|where|when|why|who|which|can|could|do|does|did|is|are|will|would|should|may|am)"
_ASKING_ZH = (
    "吗|呢|么|怎|如何|为何|多少|多久|多长|多大|多远|哪|几|谁|是否|可否|能否|能不能|可不可以|会不会|是不是|有没有|要不要"
)
_ASKS_EN = re.compile(rf"(?:^|[,:]\s*|\b(?:and|also|so|but|then|please)\s+){_ASKING_EN}\b", re.IGNORECASE)
_ASKS_ZH = re.compile(_ASKING_ZH)
_TAG_ZH = re.compile(r"(?:可以|行|好|对|是|真的|能行)[吗么][?？]?")

_WISHING_EN = r"(?:(?:i|we)(?:'d| would| also)* (?:want|need|like|wish)\b|(?:please )?(?:tell me|explain|show me)\b)"
_IMPERATIVE_EN = r"(?:please )?(?:send|give|help|cancel|change|update|check|remove|add|exchange|book|arrange)\b"
_WISHES_EN = re.compile(rf"^(?:{_WISHING_EN}|{_IMPERATIVE_EN})", re.IGNORECASE)
_WISHES_ZH = re.compile(r"^(?:我(?:还)?(?:想|要|需要)|还[想要]|再?(?:帮我|告诉我|给我)|请|麻烦)|[发寄]给?我?一下$")

_AND_EN = re.compile(
    rf"[,;]?\s+(?:and|also|plus|then|&)\s+(?:also\s+)?(?={_ASKING_EN}\b|{_WISHING_EN})"
    r"|[,;]\s*(?=(?:second|third)(?:ly)?\b)",
    re.IGNORECASE,
)
_AND_ZH = re.compile(r"[，,、]\s*|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])|(?=另外|还有|顺[便带]|以及|再就是)")
_NEW_EN = re.compile(
    r"(?:(?:i|we)\b.{0,12} to\b|(?:please )?(?:tell me |explain )?(?:how|what|where|when|why|who|which)\b) ?\S+ \S+",
    re.IGNORECASE,
)
_NEW_ZH = re.compile(r"另外|还有|还[想要]|再(?:帮我|告诉我)|顺[便带]|以及|再就是|其次")
_BACK_EN = re.compile(r"\b(?:it|this|that|them|they|one|so)\b", re.IGNORECASE)

_FURTHER = (
    r"(?:also|plus|besides|in addition|(?:second|third)(?:ly)?|(?:and )?(?:another|one more|next) (?:thing|question))\b"
    r"|(?:另外|还有|顺[便带]|以及|再就是|其次|对了)(?:(?:再)?(?:想)?问一?下|(?:一件|个|一个)?(?:事情?|问题))?"
)
_ADDS = re.compile(rf"^(?:{_FURTHER}|(?:i|we) also\b)", re.IGNORECASE)
"""How a question begins that is not about what was told before it."""
_LEAD = re.compile(
    rf"^(?:{_FURTHER}|(?:and|then|first(?:ly)?|i have (?:two|three|some|a few) questions)\b"
    r"|首先|[一二三]是|然后|再(?=告诉))[\s,，:：]*",
    re.IGNORECASE,
)

_POINT = re.compile(r"(?:^|(?<=[\s。；;?？]))[(（]?[1-9](?:[)）、]|[.．:：](?!\d))\s*|(?:^|\n)\s*[-*•·]\s+")
_NAME_WORDS, _NAME_CHARS = 4, 8
"""A point of a list of so little is the name of what is asked about."""
_TELLS = re.compile(r"\b(?:i|i'm|i've|we|my|it|then)\b|[我它了]", re.IGNORECASE)

_LEANS_EN = re.compile(r"^(?:and|or|but|what about|how about|same (?:for|with)|also for|what if)\b", re.IGNORECASE)
_LEANS_ZH = re.compile(r"^(?:那|那么|还有|换成|如果是|要是)|呢[?？]?$")


def split(text: str) -> list[str]:
    """The questions of a text in their order; one entry, the whole text, unless it plainly asks several.

    What stands beside a question without asking anything goes with the one that follows, else with the one before;
    but for "also", which begins something new.
    """
    text = text.strip()
    if len(text) > LONGEST_READ:
        return [text]
    parts = _points(text) or _told_apart(text)
    if len(parts) < 2:
        return [text]
    return [clean(_LEAD.sub("", part)) for part in parts[:MOST_QUESTIONS]]


def _told_apart(text: str) -> list[str]:
    parts: list[str] = []
    told = ""
    for piece, is_one_of_several in _pieces(text):
        adds = is_one_of_several or _ADDS.match(piece) is not None
        if adds and is_long_enough(told) and _asks_or_wishes(piece):
            if parts:
                parts[-1] = f"{parts[-1]} {told}"
            else:
                parts.append(told)
            told = ""
        told = f"{told} {piece}".strip()
        if asks(piece) or (adds and _is_wish(piece)):
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


def _is_name(point: str) -> bool:
    is_short = len(point) <= _NAME_CHARS if is_chinese(point) else len(point.split()) <= _NAME_WORDS
    return bool(point) and is_short and not _TELLS.search(point)


def asks(piece: str) -> bool:
    """Whether a piece of a text is a question with something in it, by its mark or its words."""
    if is_chinese(piece):
        bare = piece.strip("?？。！!，, ")
        return is_long_enough(bare) and _ASKS_ZH.search(bare) is not None
    return is_long_enough(piece) and ("?" in piece or _ASKS_EN.search(_bare(piece)) is not None)


def is_long_enough(piece: str) -> bool:
    if is_chinese(piece):
        bare = piece.strip("?？。！!，, ")
        return len(bare) >= 4 or (len(bare) == 3 and bare.endswith("吗") and not _TAG_ZH.fullmatch(bare))
    return len(re.findall(r"[^\W_]+", piece)) >= 3


def _asks_or_wishes(piece: str) -> bool:
    return asks(piece) or _is_wish(piece)


def _is_wish(piece: str) -> bool:
    """Whether a piece says what is wanted, in place of a question."""
    bare = _bare(piece)
    return is_long_enough(bare) and (_WISHES_ZH if is_chinese(bare) else _WISHES_EN).search(bare) is not None


def _bare(piece: str) -> str:
    return _LEAD.sub("", piece.strip())


def leans(text: str) -> bool:
    """Whether a text says too little by itself and goes on from the question before: "and for the camera?"."""
    bare = text.strip()
    if is_chinese(bare):
        return len(bare) <= LEANING_CHARS and _LEANS_ZH.search(bare) is not None
    return len(bare.split()) <= LEANING_WORDS and _LEANS_EN.search(bare) is not None


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Sentences, and the clauses of those in which each clause asks something."""
    for sentence in filter(str.strip, _END.split(text)):
        clauses = _clauses(sentence)
        yield from ((clause, place > 0) for place, clause in enumerate(clauses))


def _clauses(sentence: str) -> list[str]:
    """A sentence in pieces where each of them asks, else the whole."""
    pieces = [piece for piece in (_AND_ZH if is_chinese(sentence) else _AND_EN).split(sentence) if piece.strip()]
    if len(pieces) < 2 or not all(map(_asks_or_wishes, pieces)):
        return [sentence]
    return pieces if all(map(asks, pieces)) or all(map(_is_new, pieces[1:])) else [sentence]


def _is_new(piece: str) -> bool:
    """Whether it asks for something else than the wish before it: "and tell me the result" does not."""
    if is_chinese(piece):
        return _NEW_ZH.match(piece) is not None
    return _NEW_EN.match(piece) is not None and _BACK_EN.search(piece) is None
