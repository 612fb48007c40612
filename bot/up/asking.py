"""Asks a trained model what it takes texts for, in Rasa's own Python, while no Rasa need run."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.settings import PROJECT_ROOT
from bot.up.parts import rasa_environment, rasa_python, writing_below
from bot.up.places import Places
from bot.up.training import TrainingError

PARSE_SECONDS = 600
SAID_AT_MOST = 1_000


@dataclass(frozen=True)
class Guess:
    """`intent` is `nlu_fallback` where the model says that none fits."""

    intent: str
    confidence: float


def guesses(
    model: Path, asked: Sequence[tuple[str, dict[str, Any]]], *, places: Places, knowledge_url: str
) -> list[Guess]:
    """What `model` takes each text for. `asked`: (text, metadata as a turn sends it). Raises TrainingError."""
    told = {**writing_below(places), **rasa_environment(places), "FIREBREAK_KNOWLEDGE_URL": knowledge_url}
    run = subprocess.run(
        [str(rasa_python()), "-m", "bot.nlu.parse", "--model", str(model)],
        cwd=PROJECT_ROOT,
        env={**os.environ, **told},
        input="".join(json.dumps({"text": text, "metadata": metadata}) + "\n" for text, metadata in asked),
        capture_output=True,
        text=True,
        timeout=PARSE_SECONDS,
        check=False,
    )
    found = [Guess(**json.loads(line)) for line in run.stdout.splitlines()]
    if run.returncode != 0 or len(found) != len(asked):
        raise TrainingError(f"The model {model} cannot be asked: {run.stderr[-SAID_AT_MOST:]}")
    return found
