import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import spacy

from bot.understanding import matcher
from bot.understanding.clean import clean, fold
from tests.understanding.hits_here import hits
from tests.understanding.said import everything

ROOT = Path(__file__).parents[2]
RASAS_PYTHON = Path(os.environ.get("FIREBREAK_RASA_PYTHON", ROOT / ".venv-rasa" / "bin" / "python"))


@pytest.fixture(scope="module")
def in_rasa() -> dict[str, Any]:
    if not RASAS_PYTHON.exists():
        pytest.skip(f"{RASAS_PYTHON} is absent: the patterns were NOT checked with Rasa's spaCy 3.4")
    texts = json.dumps([fold(clean(sentence)) for sentence in everything()])
    run = subprocess.run(
        [RASAS_PYTHON, "-m", "tests.understanding.hits_here"],
        input=texts, capture_output=True, text=True, cwd=ROOT, timeout=170, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    answer: dict[str, Any] = json.loads(run.stdout.rsplit("\n", 1)[-1])
    return answer


def test_rasas_spacy_finds_the_same_words_in_every_sentence(in_rasa: dict[str, Any]) -> None:
    assert in_rasa["spacy"].startswith("3.4.")
    assert not spacy.__version__.startswith("3.4.")
    here = [hits(fold(clean(sentence))) for sentence in everything()]
    different = [
        (sentence, there, now)
        for sentence, there, now in zip(everything(), in_rasa["hits"], here, strict=True)
        if there != now
    ]
    assert not different


def test_every_pattern_is_in_both(in_rasa: dict[str, Any]) -> None:
    assert matcher.compiled().english.by_anchor
    assert sum(map(bool, in_rasa["hits"])) > 250
