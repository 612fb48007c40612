"""Finds the rules' hits with the spaCy of the Python that runs this: a JSON list of texts in, hits and versions out.

Runs inside Rasa's Python 3.10 as well, so it may import nothing but the matcher.
"""

import json
import sys
import warnings

warnings.simplefilter("ignore")

from bot.understanding import matcher  # noqa: E402
from bot.understanding.load import AGENTS_PATTERNS, PATTERNS  # noqa: E402


def hits(text: str) -> list[list[object]]:
    folders = (PATTERNS, AGENTS_PATTERNS)
    return [[hit.rule.name, hit.start, hit.end] for folder in folders for hit in matcher.find(text, folder)]


if __name__ == "__main__":
    texts = json.load(sys.stdin)
    answer = {
        "spacy": sys.modules["spacy"].__version__,
        "torch": "torch" in sys.modules,
        "hits": [hits(t) for t in texts],
    }
    sys.stdout.write("\n" + json.dumps(answer))
