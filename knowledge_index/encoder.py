"""A BERT encoder's pass on a CPU: texts that come together lie one after the other, and none is padded.

The same arithmetic as BERT's own (arXiv:1810.04805: post-norm layers, GELU, learnt positions), in fewer and larger
steps. The large weights are bfloat16 where the processor multiplies such numbers itself; vectors then differ from
float32's by a cosine of some 0.0001. What that gains: docs/search.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import inf
from typing import Final, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

STEPS: Final = ((64, 8), (256, 32), (inf, 128))
"""Up to so many tokens in a pass, their number is rounded up to a multiple of so many."""

_MULTIPLIES_BFLOAT16: Final = ("avx512_bf16", "amx_bf16", "bf16")


@dataclass(frozen=True)
class Shape:
    """`positions`: how many tokens it can tell apart by their place; `epsilon`: of the layer norms."""

    layers: int
    width: int
    heads: int
    inner: int
    positions: int
    epsilon: float


@dataclass(frozen=True)
class Runs:
    """How the tokens of several texts lie: the shortest text first, texts of one length in a run of their own.

    Those attend together in one table without a hole. `runs`: how many texts, and how long they are. `spare`: rows at
    the end that nobody reads.
    """

    runs: tuple[tuple[int, int], ...]
    spare: int = 0

    @classmethod
    def of(cls, lengths: Sequence[int]) -> "Runs":
        """From lengths in ascending order."""
        return cls(tuple((len(list(alike)), length) for length, alike in groupby(lengths)))

    def of_a_usual_height(self) -> "Runs":
        """With spare rows up to one of few heights: PyTorch keeps half a megabyte of code for each that it meets."""
        step = next(step for most, step in STEPS if self.tokens <= most)
        return replace(self, spare=-self.tokens % step)

    @property
    def tokens(self) -> int:
        return sum(texts * length for texts, length in self.runs)

    def places(self) -> Tensor:
        """Of each token within its text."""
        found = [torch.arange(length).repeat(texts) for texts, length in self.runs]
        return torch.cat([*found, torch.zeros(self.spare, dtype=torch.long)])

    def tables(self, tokens: Tensor) -> Iterator[Tensor]:
        """Of each run: texts x length x width."""
        parts = torch.split(tokens[: self.tokens], [texts * length for texts, length in self.runs])
        for part, (texts, length) in zip(parts, self.runs, strict=True):
            yield part.view(texts, length, -1)

    def means(self, tokens: Tensor) -> Tensor:
        """Texts x width, summed in float32."""
        return torch.cat([table.float().mean(1) for table in self.tables(tokens)])


class Layer(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.attention = nn.Linear(shape.width, 3 * shape.width)
        self.attended = nn.Linear(shape.width, shape.width)
        self.attended_norm = nn.LayerNorm(shape.width, shape.epsilon)
        self.inner = nn.Linear(shape.width, shape.inner)
        self.outer = nn.Linear(shape.inner, shape.width)
        self.outer_norm = nn.LayerNorm(shape.width, shape.epsilon)

    def forward(self, tokens: Tensor, runs: Runs, dropout: float = 0.0) -> Tensor:
        given = self.attention.weight.dtype
        found = [self._met(table) for table in runs.tables(self.attention(tokens.to(given)))]
        met = torch.cat([*found, found[0].new_zeros(runs.spare, tokens.shape[-1])])
        tokens = self.attended_norm(tokens + functional.dropout(self.attended(met), dropout))
        thought = self.outer(functional.gelu(self.inner(tokens.to(given))))
        return cast(Tensor, self.outer_norm(tokens + functional.dropout(thought, dropout)))

    def _met(self, table: Tensor) -> Tensor:
        """What each token takes from the others of its text."""
        texts, length, _ = table.shape
        parts = table.view(texts, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        met = functional.scaled_dot_product_attention(*parts)
        return met.transpose(1, 2).reshape(texts * length, -1)


class Encoder(nn.Module):
    """`words` gives the row of each token id. Made without weights: fill it by `load_state_dict`."""

    def __init__(self, shape: Shape, words: nn.Module) -> None:
        super().__init__()
        self.words = words
        self.positions = nn.Embedding(shape.positions, shape.width)
        self.words_norm = nn.LayerNorm(shape.width, shape.epsilon)
        self.layer = nn.ModuleList(Layer(shape) for _ in range(shape.layers))

    def forward(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """The mean over each text's tokens: texts x width, float32, of whatever length."""
        order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
        runs = Runs.of([len(ids[at]) for at in order]).of_a_usual_height()
        means = runs.means(self.above(self.below([ids[at] for at in order], runs, 0), runs, 0))
        return means[torch.tensor(order).argsort()]

    def below(self, ids: Sequence[Sequence[int]], runs: Runs, layer: int) -> Tensor:
        """The tokens as they reach a layer."""
        flat = torch.tensor([token for one in ids for token in one] + [0] * runs.spare)
        tokens = self.words_norm(self.words(flat) + self.positions(runs.places()))
        for one in self.layer[:layer]:
            tokens = one(tokens, runs)
        return cast(Tensor, tokens)

    def above(self, tokens: Tensor, runs: Runs, layer: int, dropout: float = 0.0) -> Tensor:
        """The tokens from a layer on."""
        for one in self.layer[layer:]:
            tokens = one(tokens, runs, dropout)
        return tokens


def brief(encoder: Encoder) -> Encoder:
    """Its large weights in bfloat16 where the processor multiplies such numbers itself; elsewhere they cost more."""
    if multiplies_bfloat16():
        for part in encoder.layer.modules():
            if isinstance(part, nn.Linear):
                part.to(torch.bfloat16)
    return encoder


def multiplies_bfloat16() -> bool:
    able = torch.cpu.get_capabilities()
    return any(able.get(name) for name in _MULTIPLIES_BFLOAT16)
