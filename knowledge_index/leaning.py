"""Whether a text goes on from the question before it, by wording alone: "and for the camera?", 那摄像头呢."""

import re
from typing import Literal

from knowledge_index.text import is_chinese

Leaning = Literal["names", "points", "asks"]
"""How: it names another thing, it points back ("what does it cost"), or it only asks, of nothing ("how long?")."""

MOST_WORDS, MOST_CHARACTERS = 7, 12

_NAMES_EN = re.compile(r"^(?:and|or|but|what about|how about|same (?:for|with)|also for|what if)\b", re.IGNORECASE)
_A_THING_EN = re.compile(r"(?:(?:for|with|about|on) )?(?:the|my|a) \w+(?: \w+)?\W*", re.IGNORECASE)
_NAMES_ZH = re.compile(r"^(?:那|那么|还有|换成|如果是|要是)|呢[?？]?$")
_POINTS_EN = re.compile(
    r"^(?:and |so |but |then )?(?:how|what|where|when|why|who|can|could|do|does|did|is|are|will|would|should|may)\b"
    r".*\b(?:it|that|them|this|those|one)\b",
    re.IGNORECASE,
)
_ONLY_ASKS_EN = re.compile(
    r"(?:(?:and|so|but|then|how|what|where|when|why|who|long|much|many|often|fast|late|soon|until|by|till|from|at|on|for|in"
    r"|does|do|did|is|are|was|will|would|can|i|you|we|it|that|this|they|the|an?|time|times|days?|weeks?|hours?|weekends?"
    r"|take|cost|costs|price|open|get|happen|work|go|be|have to|to|exactly|roughly|usually|about|back)\b\W*)+",
    re.IGNORECASE,
)
_ONLY_ASKS_ZH = re.compile(
    r"(?:那么?|[这它]个?|要|该|应该|具体|一般|大概|大约|现在|需要|我|怎么样?|咋|如何|怎样|办理?|弄|操作|做|处理|设置?|才|能|会"
    r"|可以|得|有|是|的|了|到|哪[里儿]?|收费|收|要钱|费用|价格|贵|钱|多少|多久|多长|时间|[几多少]+天|几[点号次]|[什啥]么?时候"
    r"|什么|为什么|为啥|开门|[上下]班|周[末日六]|节假日|吗|么|呀|啊|吧|不|呢|[?？!！。，,\s])+"
)
_ASKS_ZH = re.compile(r"[吗呢么几多啥咋怎哪]|不$")


def leaning(text: str) -> Leaning | None:
    """How a text goes on from the question before it; None for a question of its own."""
    bare = text.strip()
    return _leaning_zh(bare) if is_chinese(bare) else _leaning_en(bare)


def _leaning_en(bare: str) -> Leaning | None:
    if not 1 <= len(bare.split()) <= MOST_WORDS:
        return None
    if _ONLY_ASKS_EN.fullmatch(bare):
        return "asks"
    if _NAMES_EN.search(bare) or _A_THING_EN.fullmatch(bare):
        return "names"
    return "points" if _POINTS_EN.search(bare) else None


def _leaning_zh(bare: str) -> Leaning | None:
    if len(bare) > MOST_CHARACTERS:
        return None
    if _ASKS_ZH.search(bare) and _ONLY_ASKS_ZH.fullmatch(bare):
        return "asks"
    return "names" if _NAMES_ZH.search(bare) else None
