"""Right intents by language: `python -m bench.nlu.intents`, while the knowledge service runs.

Five-fold over the training examples, and over the held-out sentences that no training sees. The head is the one that
Rasa trains (bot.nlu.head) with the `c` and the threshold of config.yml; "led to the right action" counts what the
customer notices: all requests, and what falls below the threshold, lead to the same search.
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from sklearn.model_selection import StratifiedKFold

from bench.report import figure
from bot import wire
from bot.core.settings import PROJECT_ROOT
from bot.nlu import head as heads
from bot.nlu.embeddings import EmbeddingsClient, knowledge_url

FOLDS: Final = 5
BATCH: Final = 64
FALLBACK: Final = "nlu_fallback"
NO_INTENT: Final = "none"
"""What held-out sentences carry that fit no intent: only the action that they lead to can be right."""


@dataclass(frozen=True)
class Sentences:
    vectors: heads.Floats
    intents: list[str]

    def part(self, rows: Any) -> "Sentences":
        return Sentences(self.vectors[rows], [self.intents[row] for row in rows])


def main() -> None:
    pipeline = {part["name"]: part for part in _read(PROJECT_ROOT / "config.yml")["pipeline"]}
    c = float(pipeline["bot.nlu.classifier.VectorIntentClassifier"]["c"])
    threshold = float(pipeline["FallbackClassifier"]["threshold"])
    actions = _actions()
    trained, held = _embedded("data/nlu/*.yml"), _embedded("tests/rasa/heldout.yml")
    for language in wire.REPLY_LANGUAGES:
        folds = _cross_validated(trained[language], c=c)
        _report(f"five-fold, {language}", folds, actions, threshold)
        head = heads.fit(trained[language].vectors, trained[language].intents, c=c)
        _report(f"held out, {language}", _guesses(head, held[language]), actions, threshold)


def _cross_validated(sentences: Sentences, *, c: float) -> list[tuple[str, str, float]]:
    found = []
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(sentences.vectors, sentences.intents)
    for seen, unseen in folds:
        part = sentences.part(seen)
        found += _guesses(heads.fit(part.vectors, part.intents, c=c), sentences.part(unseen))
    return found


def _guesses(head: heads.Head, sentences: Sentences) -> list[tuple[str, str, float]]:
    """(right intent, guessed intent, its probability) of each sentence."""
    chances = head.probabilities(sentences.vectors)
    best = chances.argmax(axis=1)
    return [
        (right, head.labels[at], float(row[at]))
        for right, at, row in zip(sentences.intents, best, chances, strict=True)
    ]


def _report(what: str, guesses: list[tuple[str, str, float]], actions: dict[str, str], threshold: float) -> None:
    right = _share([truth == guess for truth, guess, _ in guesses if truth != NO_INTENT])
    led = _share(
        [actions[truth] == actions[guess if sure >= threshold else FALLBACK] for truth, guess, sure in guesses]
    )
    figure("nlu", f"right intents, {what} ({len(guesses)} sentences)", right * 100, "%", target="none yet", ok=True)
    figure("nlu", f"led to the right action, {what}", led * 100, "%", target="none yet", ok=True)


def _share(verdicts: list[bool]) -> float:
    return sum(verdicts) / len(verdicts)


def _embedded(pattern: str) -> dict[str, Sentences]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted(PROJECT_ROOT.glob(pattern)):
        for entry in _read(path)["nlu"]:
            for line in map(str.strip, entry["examples"].splitlines()):
                if line.startswith("- "):
                    found[wire.script_language(line)].append((line[2:], entry["intent"]))
    return {language: _vectors(language, pairs) for language, pairs in found.items()}


def _vectors(language: str, pairs: list[tuple[str, str]]) -> Sentences:
    client = EmbeddingsClient(knowledge_url(), timeout=60.0)
    rows: list[Any] = []
    for start in range(0, len(pairs), BATCH):
        texts = [text for text, _ in pairs[start : start + BATCH]]
        rows += client.embed(texts, model=wire.embedding_of(language))
    return Sentences(np.asarray(rows, dtype=np.float64), [intent for _, intent in pairs])


def _actions() -> dict[str, str]:
    """The action that each intent leads to, by the rules."""
    found: dict[str, str] = {NO_INTENT: "action_answer"}
    for path in sorted(PROJECT_ROOT.glob("data/rules/*.yml")):
        for rule in _read(path)["rules"]:
            first, second = rule["steps"]
            found.update({step["intent"]: second["action"] for step in first.get("or", [first])})
    return found


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
