"""Sentences that no model has learnt from, and how many of them a model gets right."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from bot import wire
from bot.core.settings import PROJECT_ROOT
from bot.learning import project
from bot.understanding import facts

HELD_OUT = PROJECT_ROOT / "tests" / "rasa" / "heldout.yml"
HARD = PROJECT_ROOT / "bench" / "held"
NO_INTENT = "none"
"""The label of what fits no intent."""
FALLBACK = "nlu_fallback"
Sets = Mapping[str, Sequence["Sentence"]]


@dataclass(frozen=True)
class Sentence:
    text: str
    intent: str


def sets() -> Sets:
    """What is held out, by name: `en`, `zh`, and the hard ones, `hard_en`, `hard_zh`. What is not there is left out."""
    found: dict[str, list[Sentence]] = defaultdict(list)
    for entry in project.entries(HELD_OUT) if HELD_OUT.is_file() else ():
        for text in entry.examples:
            found[wire.script_language(text)].append(Sentence(text, entry.intent))
    for language in wire.REPLY_LANGUAGES:
        path = HARD / f"support.{language}.yml"
        for message in yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else ():
            found[f"hard_{language}"].append(Sentence(message["text"], message["intent"]))
    return dict(found)


def right(held: Sets, intents: Mapping[str, Sequence[str]]) -> dict[str, dict[str, int]]:
    """For each set, `{right, of}`; `intents`: what a model took its sentences for."""
    return {
        name: {
            "right": sum(is_right(one.intent, said) for one, said in zip(sentences, intents[name], strict=True)),
            "of": len(sentences),
        }
        for name, sentences in held.items()
    }


def told(text: str) -> dict[str, str]:
    """What a turn tells Rasa of a text beside its words."""
    seen = facts.read(text)
    return {"language": seen.reply_language, "embedding": seen.embedding}


def is_right(intent: str, said: str) -> bool:
    """What fits no intent is right where the model says so."""
    return said == (FALLBACK if intent == NO_INTENT else intent)
