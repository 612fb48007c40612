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
FEWEST_WORDS = 3
"""Of fewer, or as many Chinese characters and one more, nothing is asked: "right?", 好吗."""


def question_in(text: str) -> str | None:
    """The sentences of `text` with a question mark, where others stand beside them; else None."""
    if len(text) > LONGEST_READ:
        return None
    sentences = [sentence.strip() for sentence in _SENTENCE.findall(text) if _says_enough(sentence)]
    asked = [sentence for sentence in sentences if sentence.endswith(("?", "？"))]
    return " ".join(asked) if asked and len(asked) < len(sentences) else None


def with_answer(reply: EngineReply, found: EngineReply | None) -> EngineReply:
    """The complaint's reply, with what the search answers to the question beside it; the same where it does not."""
    main = reply.signals[0]
    if found is None or found.signals[0].name != wire.ANSWERED:
        return reply
    about = found.signals[0].extra
    more: list[Any] = [{**about, "text": found.texts[0]}, *about.get("more", ())]
    return replace(reply, signals=(replace(main, extra={**main.extra, "more": more}), *reply.signals[1:]))


def _says_enough(sentence: str) -> bool:
    words = _WORD.findall(sentence)
    is_chinese = any("\u3400" <= word[0] <= "\u9fff" for word in words)
    return len(words) >= FEWEST_WORDS + is_chinese
