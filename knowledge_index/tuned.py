"""Models tuned to a project's intents, served beside the one that they came from; search never sees them.

Each lies in a folder of its own, named after all that it was made from, and has its own thread and its own cache of
vectors. The word embeddings, half of a model, are shared.
"""

import asyncio
import copy
import json
import logging
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from knowledge_index import logs
from knowledge_index.batching import Batcher
from knowledge_index.cache import VectorCache
from knowledge_index.embedded import Wanted
from knowledge_index.embedder import CannotEmbed, Embedder, Key, Vectors

RECIPE = 2
"""Raised when anything about tuning changes what comes out: a name of tuned weights stands for it too."""
WEIGHTS = "weights.safetensors"
ABOUT = "about.json"
FOLDER = "tuned"
KEPT = 3
SERVED = 2
"""At once: the model that answers, and one that is being trained beside it."""
CACHED = 4_000
NAME_DIGITS = 16
TOLD_AT_MOST = 500

WAITS_ASLEEP = {"OMP_WAIT_POLICY": "PASSIVE"}
"""Beside a service that answers, threads that spin for each other take ten times as long."""

Examples = Sequence[tuple[str, str]]
State = Literal["ready", "tuning", "failed", "absent"]


class NotTuned(Exception):
    """There are no such weights; the message says what to do."""


@dataclass(frozen=True)
class Standing:
    state: State
    why: str = ""


class TunedModels:
    """Of one model, kept below `folder`. Everything runs in the event loop of the service."""

    def __init__(self, folder: Path, base: Embedder) -> None:
        self._folder = folder
        self._base = base
        self._served: dict[str, Batcher] = {}
        self._loading = asyncio.Lock()
        self._tunings: dict[str, asyncio.Task[None]] = {}
        self._failed: dict[str, str] = {}

    def name(self, examples: Examples, seconds: float) -> str:
        """The same for the same examples, in whatever order, of the same model, recipe and time."""
        made_from = json.dumps([self._base.digest, RECIPE, seconds, sorted(examples)], ensure_ascii=False)
        return sha256(made_from.encode()).hexdigest()[:NAME_DIGITS]

    def begin(self, examples: Examples, seconds: float) -> str:
        """Tune, unless these weights are there or on their way. Returns their name at once."""
        name = self.name(examples, seconds)
        if self.standing(name).state in ("absent", "failed"):
            self._failed.pop(name, None)
            self._tunings[name] = asyncio.create_task(self._tune(name, sorted(examples), seconds))
        return name

    def standing(self, name: str) -> Standing:
        if name in self._tunings:
            return Standing("tuning")
        if (self._folder / name / ABOUT).exists():
            return Standing("ready")
        if name in self._failed:
            return Standing("failed", self._failed[name])
        return Standing("absent", f"There are no tuned weights {name} below {self._folder}: train the model again.")

    async def settled(self, name: str) -> None:
        """When no tuning of that name goes on any more."""
        if name in self._tunings:
            await asyncio.wait([self._tunings[name]])

    async def vectors(self, name: str, texts: Sequence[str]) -> list[Vectors | CannotEmbed]:
        """As the batcher's. Raises NotTuned where the weights are not there."""
        standing = self.standing(name)
        if standing.state != "ready":
            raise NotTuned(standing.why or "The weights are still being tuned.")
        batcher = await self._batcher(name)
        return await batcher.vectors([Wanted(self._base.key, "query", text) for text in texts])

    async def close(self) -> None:
        for task in self._tunings.values():
            task.cancel()
        await asyncio.gather(*self._tunings.values(), return_exceptions=True)
        for batcher in self._served.values():
            await batcher.close()

    async def _batcher(self, name: str) -> Batcher:
        """The one asked last stands last; what was not asked for longest makes room."""
        async with self._loading:
            batcher = self._served.pop(name, None)
            if batcher is None:
                embedder = await asyncio.to_thread(_loaded, self._base, self._folder / name, name)
                batcher = Batcher({self._base.key: embedder}, VectorCache(CACHED))
            self._served[name] = batcher
            if len(self._served) > SERVED:
                await self._served.pop(next(iter(self._served))).close()
            return batcher

    async def _tune(self, name: str, examples: Examples, seconds: float) -> None:
        fresh = self._folder / f"{name}.fresh"
        try:
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(parents=True)
            await _run(self._base.key, fresh, json.dumps({"examples": examples, "seconds": seconds}))
            fresh.rename(self._folder / name)
            logs.event("model tuned", tuned=name, **json.loads((self._folder / name / ABOUT).read_text()))
            self._forget_old()
        except (OSError, RuntimeError) as fault:
            self._failed[name] = f"Tuning failed: {fault}"
            logs.event("tuning failed", level=logging.ERROR, tuned=name, why=str(fault))
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
            self._tunings.pop(name, None)

    def _forget_old(self) -> None:
        kept = sorted(self._folder.glob(f"*/{ABOUT}"), key=lambda about: about.stat().st_mtime, reverse=True)
        for about in kept[KEPT:]:
            shutil.rmtree(about.parent, ignore_errors=True)


async def _run(key: Key, folder: Path, asked: str) -> None:
    """The tuning in a process of its own. Raises RuntimeError with its last words where it fails."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(os.cpu_count() or 1), **WAITS_ASLEEP}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "knowledge_index.tuning", "--model", key, "--to", str(folder)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    try:
        _, said = await process.communicate(asked.encode())
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        raise RuntimeError(
            said.decode(errors="replace").strip()[-TOLD_AT_MOST:] or f"it ended with {process.returncode}"
        )


def _loaded(base: Embedder, folder: Path, name: str) -> Embedder:
    """A copy of `base` with the weights of the folder. Tokens and word embeddings are the base's own."""
    from safetensors.torch import load_file

    shared = (base.transformer[0].encoder.words, base.transformer[0].tokens)
    transformer = copy.deepcopy(base.transformer, {id(one): one for one in shared})
    transformer[0].encoder.load_state_dict(load_file(folder / WEIGHTS), strict=False)
    return Embedder(base.key, f"{base.name} tuned {name}", name, base.dimension, transformer)
