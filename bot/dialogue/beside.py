"""A question beside a complaint: "The courier was rude! How do I get my money back?" The complaint is put on record,
and the question is looked up all the same. Pure.
"""

import re
from dataclasses import replace
from typing import Any

from bot import wire
from bot.dialogue.engine import EngineReply

LONGEST_READ = 600
"""Characters: who writes more tells a story."""

_SENTENCE = re.compile(r"[^?？!！.。;；\n]+(?:[?？!！.。;；]+|\n|$)")
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_]+")
HEARD_FROM = 0.2
"""The anger from which what stands beside a question is listened to by itself: it may be a complaint."""
SURE = 0.8
"""The confidence from which it is one."""
FEWEST_WORDS = 3
"""Of fewer, or as many Chinese characters and one more, nothing is asked: "right?", 好吗."""


def question_in(text: str) -> str | None:
    """The sentences of `text` with a question mark, where others stand beside them; else None."""
    asked, told = _asked_and_told(text)
    return " ".join(asked) if asked and told else None


def told_in(text: str) -> str | None:
    """The sentences of `text` without a question mark, where others with one stand beside them; else None."""
    asked, told = _asked_and_told(text)
    return " ".join(told) if asked and told else None


def _asked_and_told(text: str) -> tuple[list[str], list[str]]:
    if len(text) > LONGEST_READ:
        return [], []
    sentences = [sentence.strip() for sentence in _SENTENCE.findall(text) if _says_enough(sentence)]
    asked = [sentence for sentence in sentences if sentence.endswith(("?", "？"))]
    return asked, [sentence for sentence in sentences if sentence not in asked]


def is_complaint(reply: EngineReply) -> bool:
    """Whether what was told beside a question complains of something for certain."""
    return reply.signals[0].name == wire.COMPLAINT and reply.signals[0].confidence >= SURE


def with_answer(reply: EngineReply, found: EngineReply | None) -> EngineReply:
    """The complaint's reply, with what the search finds for the question beside it; the same where it finds nothing."""
    main = reply.signals[0]
    if found is None or found.signals[0].name not in (wire.ANSWERED, wire.CHOICES):
        return reply
    about = found.signals[0].extra
    more: list[Any] = [{**about, "text": text} for text in found.texts[:1]] + [*about.get("more", ())]
    extra = {**main.extra, "more": more, "choices": [*about.get("choices", ())]}
    return replace(reply, signals=(replace(main, extra=extra), *reply.signals[1:]))


def _says_enough(sentence: str) -> bool:
    words = _WORD.findall(sentence)
    is_chinese = any("\u3400" <= word[0] <= "\u9fff" for word in words)
    return len(words) >= FEWEST_WORDS + is_chinese
