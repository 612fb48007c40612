"""What a trained model takes texts for: `python -m bot.nlu.parse --model FILE`, from the project's root.

Reads one JSON object a line, `{"text", "metadata"?}`, until the input ends; writes `{"intent", "confidence"}` for each,
in order. `nlu_fallback` stands where the model says that none fits. The embeddings must be served meanwhile; a text
whose vector did not come in time is asked about again, since a judgement without it would be about the service.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, TextIO

from bot.nlu import logs

TRIES = 30
AGAIN_SECONDS = 2.5
"""Longer than the featurizer leaves a service alone that was too slow."""


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.nlu.parse", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="trained model (.tar.gz)")
    arguments = parser.parse_args(argv)
    if not arguments.model.is_file():
        sys.exit(f"There is no trained model at {arguments.model}.")
    os.environ.update(RASA_TELEMETRY_ENABLED="false", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    out = sys.stdout
    logs.install().sealed = True
    asyncio.run(_parse(arguments.model, sys.stdin, out))


async def _parse(model: Path, asked: TextIO, out: TextIO) -> None:
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    logs.quiet_structlog()
    processor = Agent.load(str(model)).processor
    for line in asked:
        given = json.loads(line)
        intent = await _intent(processor, UserMessage(given["text"], metadata=given.get("metadata")))
        out.write(json.dumps({"intent": intent["name"], "confidence": float(intent["confidence"])}) + "\n")


async def _intent(processor: Any, message: Any) -> dict[str, Any]:
    """What a message is taken for. Ends the process where its vector never comes."""
    for _ in range(TRIES):
        parsed = await processor.parse_message(message)
        if not parsed.get("degraded"):
            intent: dict[str, Any] = parsed["intent"]
            return intent
        time.sleep(AGAIN_SECONDS)  # noqa: ASYNC251  nothing else runs here
    sys.exit("The knowledge service does not answer in time.")


if __name__ == "__main__":
    main()
