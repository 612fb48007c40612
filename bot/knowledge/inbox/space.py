"""Where texts lie by what they mean, and which cluster is near enough. The only user of numpy in a web process.

A text is near a cluster by the mean of its cosines with the cluster's wordings. Cosines are taken around the middle of
ordinary customers' sentences, for otherwise those of one model lie between 0.7 and 1, of the other between 0 and 1;
around it one cut serves both. `make bench ROOM=knowledge` measures it on groups written for that.
"""

import base64
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

NEAR = 0.45
"""Of what is put together there, six parts in seven belong together; lower cuts find more and mix more up."""
ORDINARY = {
    "en": (
        "Hello, I have a question.",
        "My order has not arrived yet.",
        "How do I return something?",
        "The app does not work any more.",
        "I would like my money back.",
        "Can I change what I ordered?",
        "Where can I find the manual?",
        "The device makes a strange noise.",
        "I forgot my password.",
        "When do you open tomorrow?",
        "It would be nice if this were easier.",
        "Somebody was very friendly to me on the phone.",
        "How much does it cost?",
        "I want to speak to a person.",
        "Is it possible to use it abroad?",
        "Thank you, that helped.",
    ),
    "zh": (
        "你好，我想问一个问题。",
        "我的订单还没到。",
        "怎么退货？",
        "软件打不开了。",
        "我想退款。",
        "买的东西可以换吗？",
        "说明书在哪里看？",
        "设备有奇怪的声音。",
        "密码忘记了。",
        "你们明天几点上班？",
        "要是能再方便一点就好了。",
        "昨天电话里的客服态度很好。",
        "这个多少钱？",
        "我要找人工客服。",
        "在国外能用吗？",
        "谢谢，解决了。",
    ),
}
"""What the middle is taken of; for other languages the English ones."""


def ordinary(language: str) -> tuple[str, ...]:
    return ORDINARY.get(language, ORDINARY["en"])


def middle(vectors: Sequence[Sequence[float] | None]) -> Vector:
    there = [vector for vector in vectors if vector is not None]
    return mean([np.asarray(vector, dtype=np.float32) for vector in there])


def around(centre: Vector, vector: Sequence[float]) -> Vector:
    """A model's vector as it lies around the middle, of length 1."""
    moved = np.asarray(vector, dtype=np.float32) - centre
    return moved / max(float(np.linalg.norm(moved)), 1e-9)


def pack(vector: Vector) -> str:
    return base64.b64encode(vector.astype(np.float16).tobytes()).decode()


def unpack(packed: str) -> Vector:
    return np.frombuffer(base64.b64decode(packed), dtype=np.float16).astype(np.float32)


def mean(vectors: Sequence[Vector]) -> Vector:
    """Not brought to length 1: its product with a vector is the mean of the cosines."""
    found: Vector = np.mean(vectors, axis=0, dtype=np.float32)
    return found


def joined(centre: Vector, wordings: int, vectors: Sequence[Vector]) -> Vector:
    """The mean, with more wordings than before."""
    total = centre * wordings + np.sum(vectors, axis=0, dtype=np.float32)
    return (total / (wordings + len(vectors))).astype(np.float32)


def central(vectors: Sequence[Vector], times: Sequence[int]) -> int:
    """The place of the vector nearest to all; of as near ones the one that was said more often."""
    centre = np.average(np.stack(vectors), axis=0, weights=np.asarray(times, dtype=np.float32))
    nearness = (np.stack(vectors) @ centre).round(3)
    return max(range(len(vectors)), key=lambda place: (float(nearness[place]), times[place], -place))


class Space:
    """The centres of one kind and language; room for more grows by doubling."""

    def __init__(self, centres: Sequence[tuple[str, str]]) -> None:
        self._ids: list[str] = []
        self._places: dict[str, int] = {}
        self._matrix = np.zeros((0, 0), dtype=np.float32)
        for cluster_id, packed in centres:
            self.put(cluster_id, unpack(packed))

    def put(self, cluster_id: str, centre: Vector) -> None:
        place = self._places.setdefault(cluster_id, len(self._ids))
        if place == len(self._ids):
            self._ids.append(cluster_id)
        if place >= len(self._matrix):
            grown = np.zeros((max(64, 2 * len(self._matrix)), len(centre)), dtype=np.float32)
            grown[: len(self._matrix)] = self._matrix if len(self._matrix) else 0
            self._matrix = grown
        self._matrix[place] = centre

    def nearest(self, vector: Vector) -> str | None:
        """The cluster that is nearest, if it is near enough."""
        if not self._ids:
            return None
        nearness = self._matrix[: len(self._ids)] @ vector
        best = int(nearness.argmax())
        return self._ids[best] if nearness[best] >= NEAR else None
