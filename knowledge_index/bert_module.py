"""An encoder and its tokens as the one module of a SentenceTransformer."""

from collections.abc import Callable, Sequence
from typing import Any

from sentence_transformers.base.modules import InputModule

from knowledge_index.encoder import Encoder
from knowledge_index.text import clean

Tokenize = Callable[[Sequence[str]], list[list[int]]]


class Bert(InputModule):  # type: ignore[misc]
    """Cleans texts as they come, cuts them to what `tokens` gives, and pools their mean."""

    save_in_root = True

    def __init__(self, encoder: Encoder, tokens: Tokenize, most: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.tokens = tokens
        self.max_seq_length = most

    def get_embedding_dimension(self) -> int:
        return int(self.encoder.positions.embedding_dim)

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        return {"ids": self.tokens([(prompt or "") + clean(str(text)) for text in inputs])}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        features["sentence_embedding"] = self.encoder(features["ids"])
        return features

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError("the weights stay in the package that brings them")
