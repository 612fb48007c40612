"""Where one sentence turns to another question: "how do I pair it and what does it cost", 怎么退货，多久到账.

By wording alone, since few people write marks. An English clause asks for itself where its verb stands before its
subject ("can I", "where do I"): "do you know where I can park" is one question. What gives a reason, a condition or an
alternative turns to nothing.
"""

import re
from collections.abc import Iterator

from knowledge_index.text import is_chinese

_ASKING_EN = r"(?:how|what|where|when|why|who|which|can|could|do|does|did|is|are|will|would|should|may|am)"
_ASKING_ZH = (
    "吗|呢|么|啥|咋|怎|如何|为何|多少|多久|多长|多大|多远|哪|几|谁|是否|可否|能否|能不能|可不可以|有没有"
    r"|([\u3400-\u9fff])不\1|[不没][?？]?$"
)
_ASKS_EN = re.compile(rf"(?:^|[,:]\s*|\b(?:and|also|so|but|then|please)\s+){_ASKING_EN}\b", re.IGNORECASE)
_ASKS_ZH = re.compile(_ASKING_ZH)
_TAG_ZH = re.compile(r"(?:可以|行|好|对|是|真的|能行)[吗么][?？]?")

_WISHING_EN = r"(?:(?:i|we)(?:'d| would| also)* (?:want|need|like|wish)\b|(?:please )?(?:tell me|explain|show me)\b)"
_DOING_EN = r"(?:send|give|help|cancel|change|update|check|remove|add|exchange|book|arrange)"
_WISHES_EN = re.compile(rf"^(?:{_WISHING_EN}|(?:please )?{_DOING_EN}\b)", re.IGNORECASE)
_WISHES_ZH = re.compile(
    r"^(?:我?(?:还)?(?:想(?!知道|问)|要(?!是|不)|需要)|还[想要]|再?(?:帮我|告诉我|给我)|请|麻烦|顺[便带][把给帮再也查看问])|[发寄]给?我?一下$"
)

_SUBJECT = r"(?:i|you|we|they|he|she|it|this|that|there|these|those|the|an?|my|your|our|any\w*|some(?:one|body)|all)"
_VERB = r"(?:can|could|will|would|should|may|must|do|does|did|is|are|was|were|has|have|am)(?:n't|nt)?"
_YES_OR_NO_EN = (
    rf"(?:(?:can|could|will|would|should|may|must|does|did|is|are|was|were)(?:n't|nt)? {_SUBJECT}\b"
    r"|do(?:n't|nt)? (?:i|you|we|they|these|those|people)\b|have (?:you|we|they)\b|has (?:it|the|my|any\w*)\b)"
)
_WHICH_EN = (
    r"(?:(?:what|where|how|when|who)(?:'s|s)\b|what (?:happens|if|about)\b|how about\b"
    rf"|(?:where|when|why) {_VERB}\b|(?:what|how)(?: (?!{_SUBJECT}\b|to\b)[^\s,;]+){{0,3}} {_VERB}\b"
    rf"|which (?!{_SUBJECT}\b|to\b)(?:[^\s,;]+ ){{1,3}}{_VERB}\b|who (?:[a-z]+s|can|do|will)\b)"
)
_ALONE_EN = re.compile(rf"(?:(?P<which>{_WHICH_EN})|{_YES_OR_NO_EN})", re.IGNORECASE)
_ASKED_EN = re.compile(
    rf"(?:^|[,:]\s*|\b(?:and|also|so|but|then|please)\s+)(?:{_WHICH_EN}|{_YES_OR_NO_EN})"
    rf"|\b(?:how|what|where|when|why) {_VERB} {_SUBJECT}\b",
    re.IGNORECASE,
)
_OPEN_EN = re.compile(
    r"\b(?:know|knows|me|us|see|understand|wonder|wondering|ask|asking|sure|explain|check|tell|say|says|out|if|whether"
    r"|and|or|but|so|because|that|than|when|while|until|before|after|unless|as|of|to|for|from|in|at|about|be|with|think|guess|say"
    r"|why|how|what|where|which|who)$"
    rf"|\b{_VERB}$|\b(?:what|which|how|whose)(?: (?!{_VERB}\b)\S+){{0,2}}$",
    re.IGNORECASE,
)
"""What is not at its end yet: the clause that follows belongs to it."""
_HOLDS_EN = re.compile(
    rf"\b(?:know|tell|if|whether|think|say|sure|that|which|who|who's|because|wonder|see)\b|\b{_SUBJECT}$", re.IGNORECASE
)
"""What may hold a clause of its own, whose verb then stands after its subject: "if there is", "which part is"."""
_CONDITION_EN = re.compile(r"^(?:if|when|whenever|since|because|as|after|before|once|unless|while)\b", re.IGNORECASE)
_WHY_EN = re.compile(r"\bwhy\b", re.IGNORECASE)
_BACK_EN = re.compile(r"\b(?:it|its|this|that|them|they|he|she|him|her|one|so)\b", re.IGNORECASE)
_NEW_EN = re.compile(
    r"(?:(?:i|we)\b.{0,12} to\b|(?:please )?(?:tell me |explain )?(?:how|what|where|when|why|who|which)\b) ?\S+ \S+",
    re.IGNORECASE,
)
_FURTHER_DOING_EN = re.compile(rf"(?:{_DOING_EN}|get|see|order|buy|return|move|know)\b", re.IGNORECASE)
_TURN_EN = re.compile(
    rf"(?P<mark>[,;]?\s+(?:and|also|plus|then|&)\s+(?:also\s+|then\s+)?|[,;]\s*|\s+)"
    rf"(?=(?:{_ASKING_EN}|has|have|was|were)(?:'?s|n'?t)?\b|{_WISHING_EN}|{_FURTHER_DOING_EN.pattern})"
    rf"|[,;]\s*(?=(?:second|third)(?:ly)?,? (?:{_ASKING_EN}|{_WISHING_EN})\b)",
    re.IGNORECASE,
)

_LEFT_ZH = "[多几什啥没空哪最]"
"""After 还有: what is left of something."""
_TURN_ZH = re.compile(
    rf"[，,、]\s*|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])|(?=另外|还有(?!{_LEFT_ZH})|顺[便带]|以及|再就是)"
)
_NEW_ZH = re.compile(rf"另外|还有(?!{_LEFT_ZH})|还[想要]|再(?:帮我|告诉我)|顺[便带]|以及|再就是|其次")
_NOT_KNOWING_ZH = re.compile(r"(?:不(?:明白|知道|清楚|懂|晓得)|忘了|忘记|搞不[懂清]|没搞懂)")
_ASKED_WHY_ZH = re.compile(r"为什么|为啥|为何|怎么(?:不|没|会|老|总|一直|又)")
_GUESSES_ZH = re.compile(r"(?:是不是|是|难道|会不会|不会)")
_GOES_ON_ZH = re.compile(r"不是|还[没在]|正在|怎么(?:一直|还|这么|那么|老|总|又|就|回事)|到底|究竟")
_EMPTY_ZH = re.compile(
    r"(?:要|该|应该|具体|一般|大概|现在|我|怎么|如何|怎样|办理?|弄|操作|做|处理|才|能|可以|吗|呢|呀|啊|[?？!！。])+"
)
"""A question without a thing in it: it goes on from what stands before it."""


def clauses(sentence: str) -> list[str]:
    """A sentence in pieces, each a question or a wish of its own; the whole where it turns to no other."""
    cuts = [*(_cuts_zh(sentence) if is_chinese(sentence) else _cuts_en(sentence))]
    edges = [0, *(edge for cut in cuts for edge in cut), len(sentence)]
    return [sentence[begin:end].strip() for begin, end in zip(edges[::2], edges[1::2], strict=True)]


def asks(piece: str) -> bool:
    """Whether a piece of a text is a question with something in it, by its mark or its words."""
    if is_chinese(piece):
        bare = piece.strip("?？。！!，, ")
        return is_long_enough(bare) and _ASKS_ZH.search(bare) is not None
    return is_long_enough(piece) and ("?" in piece or _ASKS_EN.search(piece) is not None)


def wishes(piece: str) -> bool:
    """Whether a piece says what is wanted, in place of a question."""
    bare = piece.strip()
    return is_long_enough(bare) and (_WISHES_ZH if is_chinese(bare) else _WISHES_EN).search(bare) is not None


def is_long_enough(piece: str) -> bool:
    if is_chinese(piece):
        bare = piece.strip("?？。！!，, ")
        return len(bare) >= 4 or (len(bare) == 3 and bare.endswith("吗") and not _TAG_ZH.fullmatch(bare))
    return len(re.findall(r"[^\W_]+", piece)) >= 3


def _cuts_en(sentence: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for mark in _TURN_EN.finditer(sentence):
        if _turns_en(sentence[begin : mark.start()].strip(), mark["mark"], sentence[mark.end() :]):
            yield mark.span()
            begin = mark.end()


def _turns_en(left: str, mark: str | None, right: str) -> bool:
    if mark is None:
        return True
    if not is_long_enough(left) or not is_long_enough(right) or _CONDITION_EN.match(left):
        return False
    alone = _ALONE_EN.match(right)
    if mark.strip(" ,;"):
        return _adds_en(left, right, alone=alone is not None)
    if alone is None or _ASKED_EN.search(left) is None or _OPEN_EN.search(left):
        return False
    if alone["which"]:
        return bool(mark.strip()) or not right.lower().startswith("who")
    return not _WHY_EN.search(left) if mark.strip() else not _HOLDS_EN.search(left)


def _adds_en(left: str, right: str, *, alone: bool) -> bool:
    """Whether what follows an "and" is asked, or wished, beside what stands before it."""
    is_new = _BACK_EN.search(right) is None
    if _WISHES_EN.match(right) or not (alone or _ASKS_EN.match(right)):
        further = wishes(left) and _FURTHER_DOING_EN.match(right) is not None and not right.startswith("give")
        return is_new and ((_asks_or_wishes(left) and _NEW_EN.match(right) is not None) or further)
    if asks(left):
        return is_new or _WHY_EN.match(right) is None
    return is_new and (alone or (wishes(left) and _NEW_EN.match(right) is not None))


def _cuts_zh(sentence: str) -> Iterator[tuple[int, int]]:
    begin = 0
    marks = [*_TURN_ZH.finditer(sentence)]
    ends = [*(mark.start() for mark in marks[1:]), len(sentence)]
    for mark, end in zip(marks, ends, strict=False):
        if _turns_zh(sentence[begin : mark.start()], sentence[mark.end() : end]):
            yield mark.span()
            begin = mark.end()


def _turns_zh(left: str, right: str) -> bool:
    if not _asks_or_wishes(right) or _GOES_ON_ZH.match(right):
        return False
    if not _asks_or_wishes(left):
        return is_long_enough(left) and _NEW_ZH.match(right) is not None
    if not asks(left):
        return not _EMPTY_ZH.fullmatch(right) if asks(right) else _NEW_ZH.match(right) is not None
    if not asks(right):
        return _NEW_ZH.match(right) is not None
    guesses = _ASKED_WHY_ZH.search(left) is not None and _GUESSES_ZH.match(right) is not None
    return not guesses and not _NOT_KNOWING_ZH.match(left)


def _asks_or_wishes(piece: str) -> bool:
    return asks(piece) or wishes(piece)
