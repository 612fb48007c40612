import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pytest

from knowledge_index.batching import BATCH_TEXTS, Batcher
from knowledge_index.cache import VectorCache
from knowledge_index.embedded import Wanted
from knowledge_index.embedder import CannotEmbed, Embedder, Key, Vectors
from tests.people import PATIENCE_SECONDS

Result = TypeVar("Result")


@dataclass
class Typewriter:
    """A model that notes its batches, takes its time, and cannot spell one word."""

    seconds: float = 0.02
    dimension: int = 4
    batches: list[list[str]] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)

    def encode(self, texts: Sequence[str], role: str = "query") -> Vectors:
        self.batches.append(list(texts))
        self.begun.set()
        time.sleep(self.seconds)
        if "onomatopoeia" in texts:
            raise RuntimeError("cannot spell it")
        return np.full((len(texts), 4), 0.5, dtype=np.float32)


def ask(text: str) -> Wanted:
    return Wanted("en", "query", text)


def run(model: Typewriter, journey: Callable[[Batcher], Awaitable[Result]]) -> Result:
    async def within_a_loop() -> Result:
        batcher = Batcher({"en": model})  # type: ignore[dict-item]
        try:
            return await journey(batcher)
        finally:
            await batcher.close()

    return asyncio.run(within_a_loop())


def test_requests_that_arrive_together_share_a_batch() -> None:
    model = Typewriter()
    run(model, lambda batcher: asyncio.gather(*(batcher.vector(ask(f"text {number}")) for number in range(20))))
    assert [len(batch) for batch in model.batches] == [20]


def test_what_arrives_during_a_pass_goes_together_into_the_next() -> None:
    model = Typewriter(seconds=0.1)

    async def journey(batcher: Batcher) -> Any:
        first = asyncio.create_task(batcher.vector(ask("first")))
        await asyncio.to_thread(model.begun.wait, PATIENCE_SECONDS)
        await asyncio.gather(first, *(batcher.vector(ask(f"later {number}")) for number in range(5)))

    run(model, journey)
    assert [len(batch) for batch in model.batches] == [1, 5]


def test_the_same_text_asked_at_once_and_again_is_embedded_once() -> None:
    model = Typewriter()

    async def journey(batcher: Batcher) -> Any:
        await asyncio.gather(*(batcher.vector(ask("  same ")) for _ in range(10)), batcher.vector(ask("same")))
        await batcher.vector(ask("same"))
        return batcher.cache.hits

    assert run(model, journey) == 1
    assert model.batches == [["same"]]


def test_one_bad_text_fails_alone() -> None:
    model = Typewriter()
    asked = [ask("good"), ask("onomatopoeia"), ask("\0"), ask("fine")]
    good, bad, empty, fine = run(model, lambda batcher: batcher.vectors(asked))
    assert isinstance(bad, CannotEmbed)
    assert isinstance(empty, CannotEmbed)
    assert not isinstance(good, CannotEmbed)
    assert not isinstance(fine, CannotEmbed)


def test_a_refused_text_may_be_asked_again() -> None:
    async def journey(batcher: Batcher) -> Any:
        for _ in range(2):
            with pytest.raises(CannotEmbed):
                await batcher.vector(ask("onomatopoeia"))
        return len(batcher.cache)

    assert run(Typewriter(), journey) == 0


def test_long_texts_do_not_travel_with_short_ones_and_still_get_their_turn() -> None:
    model = Typewriter()

    async def journey(batcher: Batcher) -> Any:
        long = [batcher.vector(ask(f"{number} " + "long " * 60)) for number in range(2)]
        short = [batcher.vector(ask(f"short {number}")) for number in range(BATCH_TEXTS * 3)]
        await asyncio.gather(*long, *short)

    run(model, journey)
    kinds = [{len(text) > 120 for text in batch} for batch in model.batches]
    assert all(len(kind) == 1 for kind in kinds)
    assert kinds.index({True}) == 1


def test_building_an_index_waits_for_customers() -> None:
    """Of 200 passages at most those of the pass under way, and of the one that begins meanwhile, come before."""
    model = Typewriter(seconds=0.03)

    async def journey(batcher: Batcher) -> Any:
        building = [batcher.vector(ask(f"passage {number}"), background=True) for number in range(200)]
        tasks = [asyncio.create_task(one) for one in building]
        await asyncio.to_thread(model.begun.wait, PATIENCE_SECONDS)
        begun = len(model.batches)
        await batcher.vector(ask("where is my parcel"))
        await asyncio.gather(*tasks)
        return begun

    begun = run(model, journey)
    place = next(number for number, batch in enumerate(model.batches) if "where is my parcel" in batch)
    assert place <= begun + 1 < len(model.batches) - 1


def test_a_caller_who_leaves_takes_nothing_from_the_others() -> None:
    model = Typewriter(seconds=0.05)

    async def journey(batcher: Batcher) -> Any:
        leaving, staying = (asyncio.create_task(batcher.vector(ask("same"))) for _ in range(2))
        await asyncio.sleep(0.01)
        leaving.cancel()
        return await staying

    assert run(model, journey).shape == (4,)


def test_the_cache_forgets_the_oldest() -> None:
    cache = VectorCache(capacity=2)
    for name in "abc":
        cache.put(ask(name), np.zeros(4, dtype=np.float32))
        cache.get(ask("a"))
    assert [cache.get(ask(name)) is not None for name in "abc"] == [True, False, True]


def test_real_models_share_batches_too(embedders: dict[Key, Embedder]) -> None:
    async def journey() -> Any:
        batcher = Batcher(embedders)
        try:
            texts = [f"my parcel number {number} is late" for number in range(16)]
            found = await batcher.vectors([ask(text) for text in texts])
            return texts, found, batcher.passes
        finally:
            await batcher.close()

    texts, found, passes = asyncio.run(journey())
    assert passes == 1
    assert np.allclose(np.stack(found), embedders["en"].encode(texts), atol=1e-5)
