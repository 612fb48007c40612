"""Right intents by language: `python -m bench.nlu.intents`, while the knowledge service runs.

Five-fold over the training examples, and over the held-out sentences that no training sees. The head is the one that
Rasa trains (bot.nlu.fitting) with the options of config.yml; "led to the right action" counts what the customer
notices: all requests, and what falls below the threshold, lead to the same search.
"""

import time
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from sklearn.model_selection import StratifiedKFold

from bench.nlu.pipeline import CLASSIFIER, Guess, Said, embedded, guesses, pipeline, trained
from bench.report import figure, percentile
from bot import wire
from bot.core.settings import PROJECT_ROOT
from bot.nlu.head import Head

FOLDS: Final = 5
MOST_SECONDS: Final = 30.0
MOST_MILLISECONDS: Final = 1.5
FALLBACK: Final = "nlu_fallback"
NO_INTENT: Final = "none"
"""What held-out sentences carry that fit no intent: only the action that they lead to can be right."""


def main() -> None:
    actions = _actions()
    examples, held = _sentences("data/nlu/*.yml"), _sentences("tests/rasa/heldout.yml")
    for language in wire.REPLY_LANGUAGES:
        _report(f"five-fold, {language}", _cross_validated(examples[language]), actions)
        began = time.perf_counter()
        head = trained(examples[language])
        seconds = time.perf_counter() - began
        figure("nlu", f"own head learnt, {language}", seconds, "s", target="30", ok=seconds <= MOST_SECONDS)
        _turns(language, head, held[language])
        _report(f"held out, {language}", guesses(head, held[language]), actions)


def _turns(language: str, head: Head, said: Said) -> None:
    """What a turn pays: none of these, and the intents, for one vector and its text."""
    spent = []
    for vector, text in zip(said.vectors, said.texts, strict=True):
        began = time.perf_counter()
        head.none_of_these(vector[np.newaxis, :])
        head.probabilities(vector[np.newaxis, :], [text])
        spent.append(1000 * (time.perf_counter() - began))
    typical = percentile(spent, 0.5)
    figure(
        "nlu", f"one message classified, p50, {language}", typical, "ms", target="1.5", ok=typical <= MOST_MILLISECONDS
    )


def _cross_validated(said: Said) -> list[Guess]:
    found = []
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=1).split(said.vectors, said.labels):
        found += guesses(trained(said.part(seen)), said.part(unseen))
    return found


def _report(what: str, found: list[Guess], actions: dict[str, str]) -> None:
    right = _share([guess.truth == guess.label for guess in found if guess.truth != NO_INTENT])
    led = _share([actions[guess.truth] == actions[_followed(guess)] for guess in found])
    figure("nlu", f"right intents, {what} ({len(found)} sentences)", right * 100, "%", target="none yet", ok=True)
    figure("nlu", f"led to the right action, {what}", led * 100, "%", target="none yet", ok=True)


def _followed(guess: Guess) -> str:
    """The intent that Rasa's rules get to see, by the two thresholds of config.yml."""
    unsure = guess.confidence < float(pipeline()["FallbackClassifier"]["threshold"])
    return FALLBACK if unsure or guess.none >= float(pipeline()[CLASSIFIER]["none_threshold"]) else guess.label


def _share(verdicts: list[bool]) -> float:
    return float(np.mean(verdicts))


def _sentences(pattern: str) -> dict[str, Said]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for path in sorted(PROJECT_ROOT.glob(pattern)):
        for entry in _read(path)["nlu"]:
            for line in map(str.strip, entry["examples"].splitlines()):
                if line.startswith("- "):
                    found[wire.script_language(line)].append((line[2:], entry["intent"]))
    return {language: embedded(pairs, space=wire.embedding_of(language)) for language, pairs in found.items()}


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
