"""What a trained model takes texts for: `python -m bot.nlu.parse --model FILE`, from the project's root.

Reads one JSON object a line, `{"text", "metadata"?}`, until the input ends; writes `{"intent", "confidence"}` for each,
in order. `nlu_fallback` stands where the model says that none fits. The embeddings must be served meanwhile.
"""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TextIO

from bot.nlu import logs


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
    from bot.nlu.featurizer import EmbeddingsNeeded

    try:
        asyncio.run(_parse(arguments.model, sys.stdin, out))
    except EmbeddingsNeeded as error:
        sys.exit(str(error))


async def _parse(model: Path, asked: TextIO, out: TextIO) -> None:
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    logs.quiet_structlog()
    processor = Agent.load(str(model)).processor
    for line in asked:
        given = json.loads(line)
        parsed = await processor.parse_message(UserMessage(given["text"], metadata=given.get("metadata")))
        intent = parsed["intent"]
        out.write(json.dumps({"intent": intent["name"], "confidence": float(intent["confidence"])}) + "\n")


if __name__ == "__main__":
    main()
