"""Tunes a model to a project's intents: `python -m knowledge_index.tuning --model en|multi --to FOLDER`.

Reads `{"examples": [[text, label], ...], "seconds"}` from its input, writes the weights that it moved and what they
are worth knowing about. A process of its own, since it keeps every core busy for minutes. It ends with its parent.

Recipe: cross-entropy over cosines to one prototype an intent, which begins at the mean of its examples. Only the upper
layers move; what the lower ones make of a text stays the same and is computed once.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from knowledge_index.bert_module import Bert
from knowledge_index.embedder import BUNDLED, KEYS, Embedder, Key, load
from knowledge_index.encoder import Encoder, Runs, multiplies_bfloat16
from knowledge_index.tuned import ABOUT, RECIPE, WEIGHTS

LAYERS: dict[Key, int] = {"en": 3, "multi": 10}
"""How many move, from the top. MiniLM's vectors were made for what people mean, E5's for finding texts on a subject."""
ROUNDS: dict[Key, int] = {"en": 10, "multi": 20}
FEWEST_STEPS = 40
MOST_STEPS: dict[Key, int] = {"en": 900, "multi": 600}
"""Two to five minutes on two cores."""
BATCH = 64
RATE = 1e-4
PROTOTYPE_RATE = 1e-3
WARM_SHARE = 0.1
SCALE = 20.0
DROPOUT = 0.1


class CannotTune(Exception):
    """The model is not one of those that are shipped."""


@dataclass(frozen=True)
class Progress:
    """How far a tuning is, 0 to 1: by steps, or by time where that runs out first; 1 when nobody waits any more."""

    steps: int
    seconds: float
    began: float = field(default_factory=time.monotonic)
    parent: int = field(default_factory=os.getppid)

    def spent(self) -> float:
        return time.monotonic() - self.began

    def share(self, step: int) -> float:
        return 1.0 if os.getppid() != self.parent else max(step / self.steps, self.spent() / self.seconds)


class Upper:
    """The layers of an encoder from `first` on, over what the lower ones made of some texts (tokens x width each)."""

    def __init__(self, encoder: Encoder, ids: Sequence[Sequence[int]], first: int) -> None:
        self._encoder, self._first = encoder, first
        self._lengths = np.array([len(one) for one in ids])
        self._lower: list[Any] = [None] * len(ids)
        for rows in np.array_split(self.by_length(np.arange(len(ids))), len(ids) // BATCH + 1):
            with torch.inference_mode():
                tokens = encoder.below([ids[row] for row in rows], self._runs(rows), first)
            for row, part in zip(rows, torch.split(tokens, self._lengths[rows].tolist()), strict=True):
                self._lower[row] = part.to(torch.bfloat16)
        encoder.requires_grad_(False)
        encoder.layer[first:].float().requires_grad_(True)
        self.moved = [weights for weights in encoder.parameters() if weights.requires_grad]

    def by_length(self, rows: Any) -> Any:
        return rows[np.argsort(self._lengths[rows], kind="stable")]

    def vectors(self, rows: Any, dropout: float = 0.0) -> Tensor:
        """Unit vectors of rows in the order of their lengths."""
        lower = torch.cat([self._lower[row] for row in rows]).float()
        with torch.autocast("cpu", torch.bfloat16, enabled=multiplies_bfloat16()), sdpa_kernel(SDPBackend.MATH):
            tokens = self._encoder.above(lower, self._runs(rows), self._first, dropout)
        return functional.normalize(self._runs(rows).means(tokens), dim=-1)

    def middles(self, truth: Any) -> Tensor:
        """A unit vector for each label: the mean of its texts'."""
        sums = torch.zeros(truth.max() + 1, self._encoder.positions.embedding_dim)
        for rows in np.array_split(self.by_length(np.arange(len(truth))), len(truth) // BATCH + 1):
            with torch.no_grad():
                sums.index_add_(0, torch.as_tensor(truth[rows]), self.vectors(rows))
        return functional.normalize(sums, dim=-1)

    def _runs(self, rows: Any) -> Runs:
        return Runs.of(self._lengths[rows].tolist())


def tune(model: Embedder, examples: Sequence[tuple[str, str]], *, seconds: float, seed: int = 0) -> dict[str, Any]:
    """Move the upper layers of the model's encoder, for about `seconds` at most. Returns what was done."""
    torch.manual_seed(seed)
    torch.set_num_threads(os.cpu_count() or 1)
    steps = np.clip(ROUNDS[model.key] * len(examples) / BATCH, FEWEST_STEPS, MOST_STEPS[model.key])
    progress = Progress(int(steps), seconds)
    truth = np.unique([label for _, label in examples], return_inverse=True)[1]
    encoder, asked = encoder_of(model), [text for text, _ in examples]
    ids = model.transformer.preprocess(asked, prompt=model.transformer.prompts.get("query"))["ids"]
    upper = Upper(encoder, ids, first_moved(encoder, model.key))
    prototypes = torch.nn.Parameter(upper.middles(truth))
    taken = _learnt(upper, prototypes, truth, progress, seed)
    facts = {"recipe": RECIPE, "examples": len(examples), "intents": int(truth.max()) + 1}
    return {**facts, "steps": taken, "seconds": round(progress.spent(), 1)}


def encoder_of(model: Embedder) -> Encoder:
    """Raises CannotTune."""
    if not isinstance(model.transformer[0], Bert):
        raise CannotTune(f"{model.name} is not a bundled model: take that one, or do without tuning.")
    return model.transformer[0].encoder


def first_moved(encoder: Encoder, key: Key) -> int:
    return len(encoder.layer) - LAYERS[key]


def moved_weights(encoder: Encoder, key: Key) -> dict[str, Tensor]:
    """What tuning may change, by name, at half precision: 3.5 MB a layer."""
    moved = tuple(f"layer.{at}." for at in range(first_moved(encoder, key), len(encoder.layer)))
    return {name: weights.half() for name, weights in encoder.state_dict().items() if name.startswith(moved)}


def _learnt(upper: Upper, prototypes: Any, truth: Any, progress: Progress, seed: int) -> int:
    """How many steps were taken."""
    optimizer = torch.optim.AdamW(
        [{"params": upper.moved, "lr": RATE}, {"params": [prototypes], "lr": PROTOTYPE_RATE, "weight_decay": 0.0}],
        weight_decay=0.01,
    )
    rates = [group["lr"] for group in optimizer.param_groups]
    for step, rows in enumerate(_batches(len(truth), seed)):
        share = progress.share(step)
        if share >= 1:
            break
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * min(1.0, (share + 1 / progress.steps) / WARM_SHARE) * (1 - share)
        ordered = upper.by_length(rows)
        cosines = upper.vectors(ordered, DROPOUT) @ functional.normalize(prototypes, dim=-1).T
        optimizer.zero_grad()
        functional.cross_entropy(SCALE * cosines, torch.as_tensor(truth[ordered])).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*upper.moved, prototypes], 1.0)
        optimizer.step()
    return step


def _batches(count: int, seed: int) -> Iterator[Any]:
    """Row numbers without end, every row once before any comes again."""
    random = np.random.default_rng(seed)
    left = np.zeros(0, dtype=np.int64)
    while True:
        while len(left) < BATCH:
            left = np.concatenate([left, random.permutation(count)])
        yield left[:BATCH]
        left = left[BATCH:]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="knowledge_index.tuning", description=__doc__)
    parser.add_argument("--model", choices=KEYS, required=True)
    parser.add_argument("--to", type=Path, required=True, help="an empty folder")
    options = parser.parse_args(arguments)
    asked = json.load(sys.stdin)
    model = load(options.model, os.environ.get(f"FIREBREAK_MODEL_{options.model.upper()}", BUNDLED))
    try:
        facts = tune(model, [(text, label) for text, label in asked["examples"]], seconds=asked["seconds"])
    except CannotTune as refused:
        raise SystemExit(str(refused)) from refused
    save_file(moved_weights(encoder_of(model), model.key), options.to / WEIGHTS)
    (options.to / ABOUT).write_text(json.dumps(facts), encoding="utf-8")


if __name__ == "__main__":
    main()
