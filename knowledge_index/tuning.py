"""Tunes the English model to a project's intents: `python -m knowledge_index.tuning --to FOLDER`.

Reads `{"examples": [[text, label], ...], "seconds"}` from its input, writes the weights that it moved and what they
are worth knowing about. A process of its own, since it keeps every core busy for minutes. It ends with its parent.

Recipe: cross-entropy over cosines to one prototype an intent, which begins at the mean of its examples. Only the last
layers move, and for few steps: a few hundred examples are learnt by heart in seconds, and what is learnt by heart tells
nothing of others.
"""

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

RECIPE = 1
"""Raised when anything below changes what comes out: a name of tuned weights stands for it too."""
LAYERS = 2
ROUNDS = 3
STEPS = (40, 400)
"""At least and at most, whatever the number of examples."""
BATCH = 64
PART = 16
"""Texts of like length that go through the model together: a batch padded to its longest costs three times as much."""
RATE = 1e-4
PROTOTYPE_RATE = 1e-3
WARM_SHARE = 0.1
SCALE = 20.0
LONGEST_TOKENS = 64
WEIGHTS = "weights.safetensors"
ABOUT = "about.json"
_LAYER = re.compile(r"\.encoder\.layer\.([0-9]+)\.")


@dataclass(frozen=True)
class Progress:
    """How far a tuning is, 0 to 1: by steps, or by time where that runs out first; 1 when nobody waits any more."""

    steps: int
    seconds: float
    began: float
    parent: int

    def share(self, step: int) -> float:
        if os.getppid() != self.parent:
            return 1.0
        return max(step / self.steps, (time.monotonic() - self.began) / self.seconds)


def tune(transformer: Any, examples: Sequence[tuple[str, str]], *, seconds: float, seed: int = 0) -> dict[str, Any]:
    """Move the encoder of a SentenceTransformer, in place, for about `seconds` at most. Returns what was done."""
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(os.cpu_count() or 1)
    texts, truth = [text for text, _ in examples], np.unique([label for _, label in examples], return_inverse=True)[1]
    moved = _unfrozen(transformer)
    prototypes = torch.nn.Parameter(_means(transformer, texts, truth))
    optimizer = torch.optim.AdamW(
        [{"params": moved, "lr": RATE}, {"params": [prototypes], "lr": PROTOTYPE_RATE, "weight_decay": 0.0}],
        weight_decay=0.01,
    )
    rates = [group["lr"] for group in optimizer.param_groups]
    progress = Progress(_steps(len(texts)), seconds, time.monotonic(), os.getppid())
    transformer.train()
    step = 0
    for rows in _batches(len(texts), seed):
        share = progress.share(step)
        if share >= 1:
            break
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * min(1.0, (share + 1 / progress.steps) / WARM_SHARE) * (1 - share)
        vectors, order = _encoded(transformer, texts, rows)
        cosines = vectors @ torch.nn.functional.normalize(prototypes, dim=-1).T
        loss = torch.nn.functional.cross_entropy(SCALE * cosines, torch.as_tensor(truth[order]))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*moved, prototypes], 1.0)
        optimizer.step()
        step += 1
    transformer.eval()
    spent = round(time.monotonic() - progress.began, 1)
    return {"examples": len(texts), "intents": int(truth.max()) + 1, "steps": step, "seconds": spent}


def moved_weights(transformer: Any) -> dict[str, Any]:
    """What tuning may change, by name, at half precision: 7 MB."""
    last = _last_layers(transformer)
    return {name: weights.half() for name, weights in transformer.state_dict().items() if last.search(name)}


def _steps(examples: int) -> int:
    return int(np.clip(ROUNDS * examples / BATCH, *STEPS))


def _unfrozen(transformer: Any) -> list[Any]:
    last = _last_layers(transformer)
    for name, weights in transformer.named_parameters():
        weights.requires_grad_(bool(last.search(name)))
    moved = [weights for weights in transformer.parameters() if weights.requires_grad]
    if not moved:
        raise SystemExit("This model has no encoder that tuning knows: take the bundled one, or do without tuning.")
    return moved


def _last_layers(transformer: Any) -> re.Pattern[str]:
    """Of the names of weights."""
    numbers = sorted({int(found[1]) for name in transformer.state_dict() if (found := _LAYER.search(name))})
    return re.compile(rf"\.encoder\.layer\.({'|'.join(map(str, numbers[-LAYERS:])) or 'none'})\.")


def _means(transformer: Any, texts: Sequence[str], truth: Any) -> Any:
    import torch

    vectors = transformer.encode(list(texts), convert_to_tensor=True, show_progress_bar=False, batch_size=BATCH)
    means = torch.stack([vectors[torch.as_tensor(truth == label)].mean(dim=0) for label in range(truth.max() + 1)])
    return torch.nn.functional.normalize(means, dim=-1).clone()


def _batches(count: int, seed: int) -> Iterator[Any]:
    """Row numbers without end, every row once before any comes again."""
    random = np.random.default_rng(seed)
    left: list[int] = []
    while True:
        while len(left) < BATCH:
            left += [int(row) for row in random.permutation(count)]
        yield np.array(left[:BATCH])
        left = left[BATCH:]


def _encoded(transformer: Any, texts: Sequence[str], rows: Any) -> tuple[Any, Any]:
    """Unit vectors of the rows' texts with the order that they are in."""
    import torch

    order = np.array(sorted(rows, key=lambda row: len(texts[row])))
    parts = [
        transformer(_tokens(transformer, [texts[row] for row in order[start : start + PART]]))["sentence_embedding"]
        for start in range(0, len(order), PART)
    ]
    return torch.nn.functional.normalize(torch.cat(parts), dim=-1), order


def _tokens(transformer: Any, texts: list[str]) -> dict[str, Any]:
    features = transformer.preprocess(texts)
    return {name: value[:, :LONGEST_TOKENS] if hasattr(value, "shape") else value for name, value in features.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    from safetensors.torch import save_file

    from knowledge_index.embedder import BUNDLED, load

    parser = argparse.ArgumentParser(prog="knowledge_index.tuning", description=__doc__)
    parser.add_argument("--to", type=Path, required=True, help="an empty folder")
    options = parser.parse_args(arguments)
    asked = json.load(sys.stdin)
    transformer = load("en", os.environ.get("FIREBREAK_MODEL_EN", BUNDLED)).transformer
    facts = tune(transformer, [(text, label) for text, label in asked["examples"]], seconds=asked["seconds"])
    save_file(moved_weights(transformer), options.to / WEIGHTS)
    (options.to / ABOUT).write_text(json.dumps({"recipe": RECIPE, **facts}), encoding="utf-8")


if __name__ == "__main__":
    main()
