"""Sentences that no training saw: by Rasa's own test of intents, and by what `firebreak learn train` asks."""

import json
from collections import Counter
from pathlib import Path

import pytest

from bot import wire
from bot.learning import held
from bot.up.asking import guesses
from bot.up.places import Places
from bot.up.training import TrainingError
from tests.rasa.conftest import rasa
from tests.rasa.processes import Running
from tests.rasa.project import LANGUAGES, examples

pytestmark = pytest.mark.stack

FLOOR = 0.75
"""Share of held-out sentences whose intent must be right; measured 0.79 (en) and 0.80 (zh) over 41 intents."""
EVERY = 4


def test_rasa_test_nlu_finds_most_of_them_right(model: Path, knowledge_service: Running, tmp_path: Path) -> None:
    sample = {
        intent: texts[::EVERY] for intent, texts in examples("tests/rasa/heldout.yml").items() if intent != "none"
    }
    blocks = [
        f"- intent: {intent}\n  examples: |\n" + "".join(f"    - {t}\n" for t in sample[intent]) for intent in sample
    ]
    (tmp_path / "sample.yml").write_text('version: "3.1"\nnlu:\n' + "".join(blocks), encoding="utf-8")
    files = ["--nlu", str(tmp_path / "sample.yml"), "--model", str(model), "--out", str(tmp_path), "--no-plot"]
    run = rasa(knowledge_service, "test", "nlu", *files)
    assert run.returncode == 0, run.stdout[-1500:] + run.stderr[-1500:]
    asked = Counter(wire.script_language(text) for texts in sample.values() for text in texts)
    errors = json.loads((tmp_path / "intent_errors.json").read_text(encoding="utf-8"))
    wrong = Counter(wire.script_language(error["text"]) for error in errors)
    for language in LANGUAGES:
        assert wrong[language] <= (1 - FLOOR) * asked[language], language


def test_a_model_is_asked_without_a_running_rasa(model: Path, knowledge_service: Running, tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.make()
    said = {"hello there": "greet", "转人工": "human_please", "quantum flux capacitor": held.FALLBACK}
    asked = [(text, held.told(text)) for text in said]
    found = guesses(model, asked, places=places, knowledge_url=knowledge_service.url)
    assert [guess.intent for guess in found] == [*said.values()]
    with pytest.raises(TrainingError, match="no trained model"):
        guesses(tmp_path / "none.tar.gz", asked, places=places, knowledge_url=knowledge_service.url)
