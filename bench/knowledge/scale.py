"""What many articles cost: building, loading, memory, searching, changing one; up to a hundred thousand of them.

Articles and vectors are made up from the starter articles (see many.py), embedding is left out: what is measured is
the index. Each size and language has a process of its own: `python -m bench.knowledge.scale en 100000`.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.knowledge.many import Asked, Many
from bench.report import figure, percentile, say
from knowledge_index import embedder, rows, search
from knowledge_index.calibration import Calibration
from knowledge_index.embedded import EmbeddedArticle
from knowledge_index.embedder import Embedder, Key, Vectors, key_for
from knowledge_index.index import KnowledgeIndex, built
from knowledge_index.lexical import WordIndex
from knowledge_index.library import Asked as Question
from knowledge_index.library import Library
from knowledge_index.text import clean
from knowledge_index.vectors import EXACT_ROWS, VectorIndex

ROOM = "knowledge"
SIZES = (1_000, 10_000, 100_000)
LANGUAGES = ("en", "zh")
QUESTIONS = 500
EDITS = 20
MOST_MS = {1_000: 3.0, 10_000: 10.0, 100_000: 10.0}
RECALL_AT = 10
MEGABYTE = 1024 * 1024


def measure() -> None:
    for language in LANGUAGES:
        for size in SIZES:
            subprocess.run([sys.executable, "-m", __name__, language, str(size)], check=True)


@dataclass
class _StandIn:
    """In the place of a model: knows the vectors of the texts that it is asked for."""

    prompts: Mapping[str, str] = field(default_factory=dict)
    known: dict[str, Vectors] = field(default_factory=dict)

    def encode(self, texts: Sequence[str], **_: Any) -> Vectors:
        return np.stack([self.known[text] for text in texts])


@dataclass(frozen=True)
class _Taken:
    """Milliseconds, by the clock and of this thread's processor time: they part where others want the processor."""

    wall: float
    processor: float


def _measured(language: str, size: int) -> None:
    say(f"{size} articles, {language}")
    made = Many(language, embedder.load_all())
    before = _resident()
    articles = list(made.articles(size))
    asked = made.questions(QUESTIONS, articles)
    raw = sum(matrix.nbytes for held in articles for matrix in held.vectors.values()) / MEGABYTE
    calibration = Calibration.read()
    tell = partial(_tell, language, size)
    index, seconds = _timed(lambda: built(calibration, {"en": 384, "multi": 384}, articles))
    tell("built, vectors given", seconds, "s", how="words and vector indexes, one thread")
    _searches(index, asked, tell, size)
    used = _resident() - before
    tell("memory of the index", used, "MB", raw_vectors=round(raw), a_thousand=round(used * 1000 / size, 1))
    _against_exact(index, asked, tell)
    asyncio.run(_changes(index, asked, tell))


def _tell(language: str, size: int, what: str, value: float, unit: str, **more: Any) -> None:
    target, ok, how = more.pop("target", "told"), more.pop("ok", True), more.pop("how", "")
    figure(ROOM, f"{size} articles, {language}: {what}", value, unit, target=target, ok=ok, compared_to=more, how=how)


def _searches(index: KnowledgeIndex, asked: Sequence[Asked], tell: Callable[..., None], size: int) -> None:
    """First of articles that nobody has asked for before, then again."""
    first = asked[0]
    cold, warm = ([_taken(partial(_search, index, one)) for one in asked] for _ in range(2))
    words, parts = index.words[first.language], _shelf(index, first)
    by_words = [_ms(partial(_by_words, words, parts, one)) for one in asked]
    around = [_around(index, one) for one in asked]
    by_vectors = [_ms(partial(parts.nearest, vector, search.NEAREST_PASSAGES)) for vector in around]
    right = sum(_search(index, one).hits[0].article_id == one.article_id for one in asked)
    beside = {"first_of_all": round(cold[0].wall, 1), "found_first": right / len(asked)}
    alone = {"words_alone_p99": _late(by_words), "vectors_alone_p99": _late(by_vectors)}
    for name, taken in (("", warm), (", of articles never looked up before", cold[1:])):
        late, most = _late([one.wall for one in taken]), MOST_MS[size]
        processor = [one.processor for one in taken]
        tell(f"search{name}, p99", late, "ms", target=f"<= {most:g}", ok=late <= most,
             p50=round(percentile([one.wall for one in taken], 0.5), 2), processor_time_p99=_late(processor),
             processor_time_p50=round(percentile(processor, 0.5), 2), **beside, **alone)  # fmt: skip


def _against_exact(index: KnowledgeIndex, asked: Sequence[Asked], tell: Callable[..., None]) -> None:
    """The same vectors in a plain flat index of FAISS."""
    shelf, key = _shelf(index, asked[0]), key_for(asked[0].language)
    held = [index.articles[name].vectors[key] for name in shelf]
    exact = rows.Exact(384, partial(index.calibration.centred, key))
    exact.add_all(dict(enumerate(held)))
    names = list(shelf)
    taken, shares = [], []
    for one in asked:
        around = _around(index, one)
        taken.append(_ms(partial(exact.nearest, around, search.NEAREST_PASSAGES)))
        nearest = [names[place] for place in rows.owners(exact.nearest(around, search.NEAREST_PASSAGES))][:RECALL_AT]
        found = {*shelf.nearest(around, search.NEAREST_PASSAGES)[:RECALL_AT]}
        shares.append(len(found.intersection(nearest)) / len(nearest))
    share, whole = sum(shares) / len(shares), sum(one == 1.0 for one in shares) / len(shares)
    tell(f"recall@{RECALL_AT} of the vector index against exact", share * 100, "%", target=">= 99", ok=share >= 0.99,
         all_ten_found=whole, vectors=len(exact), is_exact=shelf.is_exact, exact_up_to=EXACT_ROWS)  # fmt: skip
    tell("plain FAISS flat, p99", percentile(taken, 0.99), "ms", p50=round(percentile(taken, 0.5), 2))


async def _changes(index: KnowledgeIndex, asked: Sequence[Asked], tell: Callable[..., None]) -> None:
    """Through the library, on disk: what is put is asked for at once, while others ask."""
    models = {key: _StandIn() for key in index.dimensions}
    embedders = {key: Embedder(key, "made up", key * 32, 384, model) for key, model in models.items()}
    with tempfile.TemporaryDirectory(prefix="firebreak-bench-") as folder:
        library = Library(Path(folder) / "index", embedders, replace(Calibration.read(), models=_digests(embedders)))
        library.index = index
        _, seconds = _timed(lambda: library.store.save(list(index.articles.values()), {}))
        tell("saved to disk", seconds, "s", megabytes=round(_on_disk(Path(folder))))
        await _edits(library, models, asked, tell)
        await library.close()
        again = Library(Path(folder) / "index", embedders, library.shipped)
        started = time.perf_counter()
        await again.open()
        tell("loaded from disk", time.perf_counter() - started, "s", articles=len(again.index.articles))
        await again.close()


async def _edits(
    library: Library, models: Mapping[Key, _StandIn], asked: Sequence[Asked], tell: Callable[..., None]
) -> None:
    language = asked[0].language
    key = key_for(language)
    for one in asked:
        models[key].known[clean(one.text)] = one.vector
    others = asyncio.create_task(_others(library, asked))
    found, gone = [], []
    for number in range(EDITS):
        held = library.index.articles[asked[number].article_id]
        changed = _changed(held, models, number)
        started = time.perf_counter()
        await library.put(changed)
        result = await library.search(Question(changed.question, language))
        found.append(time.perf_counter() - started)
        assert result.hits[0].article_id == changed.id, "what was published was not found"
        started = time.perf_counter()
        await library.delete(changed.id, changed.version + 1)
        gone.append(time.perf_counter() - started)
    others.cancel()
    waits = await others
    tell("one article put, until found, the longest", max(found), "s", target="<= 1", ok=max(found) <= 1,
         p50=round(percentile(found, 0.5), 3), deleted_longest=round(max(gone), 3),
         others_waited_p99_ms=round(_late(waits), 1), others_waited_longest_ms=round(max(waits), 1))  # fmt: skip


def _changed(held: EmbeddedArticle, models: Mapping[Key, _StandIn], number: int) -> Any:
    """A newer version under a new question, far from the others; the stand-ins know its vectors."""
    chance = np.random.default_rng(number)
    question = f"zeppelin {number} 飞艇{number}"
    for key, matrix in held.vectors.items():
        drawn = chance.normal(size=384).astype(np.float32)
        texts = [passage.text for passage in held.passages]
        models[key].known.update(zip(texts, matrix, strict=False))
        models[key].known[clean(question)] = drawn / np.linalg.norm(drawn)
    return replace(held.article, version=held.article.version + 1, question=question)


async def _others(library: Library, asked: Sequence[Asked]) -> list[float]:
    """Fifty questions a second until it is ended; how long each took in milliseconds, from when it was due."""
    waits: list[float] = []
    due = time.perf_counter()
    try:
        while True:
            due = max(due + 0.02, time.perf_counter() - 1.0)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            one, again = asked[len(waits) % len(asked)], len(waits) // len(asked)
            await library.search(Question(one.text, one.language, k=3 + again))
            waits.append((time.perf_counter() - due) * 1000)
    except asyncio.CancelledError:
        return waits


def _search(index: KnowledgeIndex, one: Asked) -> search.Result:
    return search.search(index, text=one.text, vector=one.vector, language=one.language)


def _by_words(words: WordIndex, among: VectorIndex, one: Asked) -> list[str]:
    return words.scores(words.terms(clean(one.text))).best(search.NEAREST_BY_WORDS, among)


def _around(index: KnowledgeIndex, one: Asked) -> Vectors:
    return index.calibration.centred(key_for(one.language), one.vector)


def _shelf(index: KnowledgeIndex, one: Asked) -> VectorIndex:
    return next(iter(index.shelves((one.language,), key_for(one.language), "public")))


def _digests(embedders: Mapping[Key, Embedder]) -> dict[str, str]:
    return {key: one.digest for key, one in embedders.items()}


def _on_disk(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / MEGABYTE


def _late(taken: Sequence[float]) -> float:
    return round(percentile(taken, 0.99), 2)


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    return call(), time.perf_counter() - started


def _taken(call: Callable[[], Any]) -> "_Taken":
    wall, processor = time.perf_counter(), time.thread_time()
    call()
    return _Taken((time.perf_counter() - wall) * 1000, (time.thread_time() - processor) * 1000)


def _ms(call: Callable[[], Any]) -> float:
    return _timed(call)[1] * 1000


def _resident() -> float:
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


if __name__ == "__main__":
    _measured(sys.argv[1], int(sys.argv[2]))
