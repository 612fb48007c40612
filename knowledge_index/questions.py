"""What one message asks: its questions one by one, and whether it leans on the question before it."""

import re

from knowledge_index.text import clean, is_chinese

MOST_QUESTIONS = 3
LONGEST_READ = 600
"""Characters: who writes more tells a story, and the whole of it is searched."""
LEANING_WORDS = 7
LEANING_CHARS = 12

_ASKING_EN = r"(?:how|what|where|when|why|who|which|can|could|do|does|did|is|are|will|would|should|may|am)"
_ASKING_ZH = (
    "吗|呢|么|怎|如何|为何|多少|多久|多长|多大|多远|哪|几|谁|是否|可否|能否|能不能|可不可以|会不会|是不是|有没有|要不要"
)
_END = re.compile(r"(?<=[?？!！。；;\n])\s*|(?<=[.])\s+")
_AND_EN = re.compile(rf"[,;]?\s+(?:and|also|plus|then)\s+(?:also\s+)?(?={_ASKING_EN}\b)", re.IGNORECASE)
_AND_ZH = re.compile(r"[，,、]\s*|(?=另外|还有|顺便|以及)")
_ASKS_EN = re.compile(rf"(?:^|[,:]\s*|\b(?:and|also|so|but|then|please)\s+){_ASKING_EN}\b", re.IGNORECASE)
_ASKS_ZH = re.compile(_ASKING_ZH)
_LEAD = re.compile(r"^(?:(?:and|also|plus|then)\b|另外|还有|顺便问[一]?下|顺便|以及)[\s,，]*", re.IGNORECASE)

_LEANS_EN = re.compile(r"^(?:and|or|but|what about|how about|same (?:for|with)|also for|what if)\b", re.IGNORECASE)
_LEANS_ZH = re.compile(r"^(?:那|那么|还有|换成|如果是|要是)|呢[?？]?$")


def split(text: str) -> list[str]:
    """The questions of a text in their order; one entry, the whole text, unless it plainly asks several.

    What stands beside a question without asking anything goes with the one that follows, else with the one before.
    """
    text = text.strip()
    if len(text) > LONGEST_READ:
        return [text]
    parts: list[str] = []
    told = ""
    for piece in _pieces(text):
        told = f"{told} {piece}".strip()
        if asks(piece):
            parts.append(told)
            told = ""
    if len(parts) < 2:
        return [text]
    if told:
        parts[-1] = f"{parts[-1]} {told}"
    return [clean(_LEAD.sub("", part)) for part in parts[:MOST_QUESTIONS]]


def asks(piece: str) -> bool:
    """Whether a piece of a text is a question with something in it, by its mark or its words."""
    if is_chinese(piece):
        return len(piece.strip("?？。！! ")) >= 4 and _ASKS_ZH.search(piece) is not None
    long_enough = len(re.findall(r"[^\W_]+", piece)) >= 3
    return long_enough and ("?" in piece or _ASKS_EN.search(piece.strip()) is not None)


def leans(text: str) -> bool:
    """Whether a text says too little by itself and goes on from the question before: "and for the camera?"."""
    bare = text.strip()
    if is_chinese(bare):
        return len(bare) <= LEANING_CHARS and _LEANS_ZH.search(bare) is not None
    return len(bare.split()) <= LEANING_WORDS and _LEANS_EN.search(bare) is not None


def _pieces(text: str) -> list[str]:
    sentences = [piece for piece in _END.split(text) if piece and piece.strip()]
    return [piece for sentence in sentences for piece in _clauses(sentence)]


def _clauses(sentence: str) -> list[str]:
    """A sentence in pieces where each of them asks, else the whole."""
    pieces = [piece for piece in (_AND_ZH if is_chinese(sentence) else _AND_EN).split(sentence) if piece.strip()]
    return pieces if len(pieces) > 1 and all(map(asks, pieces)) else [sentence]
