"""The index on disk: generations written whole and switched by one rename, and a journal of what changed since.

    index/current                 the name of the generation in use
    index/g-<number>/manifest.json  models, format, digest of the passages
                     articles.jsonl one article a line
                     vectors-<key>.npy  their vectors, article after article
                     journal.jsonl  puts with the vectors they have, vectors that followed, and deletes, as accepted
A crash leaves the old generation or the new one, never a mixture; a torn last line of the journal is dropped, because
nobody was told that it was accepted.
"""

import base64
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from knowledge_index import passages
from knowledge_index.articles import Article
from knowledge_index.embedded import EmbeddedArticle, heights
from knowledge_index.embedder import Key, Vectors
from knowledge_index.index import KnowledgeIndex
from knowledge_index.manifest import IndexRefused, Manifest
from knowledge_index.passages import Passage
from knowledge_index.turns import in_turns

JOURNAL_LIMIT_BYTES = 32 * 1024 * 1024
DAMAGED = (OSError, EOFError, ValueError, TypeError, LookupError, AttributeError)
"""What reading a damaged file may raise."""


@dataclass(frozen=True)
class Change:
    """One accepted operation: a put has `embedded`, `vectors` follow a put, a delete has neither."""

    article_id: str
    version: int
    embedded: EmbeddedArticle | None = None
    vectors: Mapping[Key, Vectors] | None = None

    def apply(self, index: KnowledgeIndex) -> None:
        if self.vectors is not None:
            index.complete(self.article_id, self.version, self.vectors)
        elif self.embedded is None:
            index.delete(self.article_id, self.version)
        else:
            index.put(self.embedded)


@dataclass
class Stored:
    """What lay on disk: the snapshot and the changes after it."""

    articles: list[EmbeddedArticle] = field(default_factory=list)
    tombstones: dict[str, int] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


class IndexStore:
    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._limit = JOURNAL_LIMIT_BYTES
        folder.mkdir(parents=True, exist_ok=True)

    def load(self) -> Stored | None:
        """What is stored, None when nothing is. Raises IndexRefused when it cannot be used as it is."""
        generation = self._current()
        if generation is None:
            return None
        self._clear(but=generation)
        try:
            stored = json.loads((generation / "manifest.json").read_text("utf-8"))
            Manifest.from_json(stored["built_with"]).check(self.manifest)
            articles = list(self._articles(generation))
            found = [tuple(passages.of(article)) for article in articles]
            if stored["passages"] != _passages_digest(found):
                raise IndexRefused("the stored vectors were made of other passages than this program makes")
            embedded = self._embedded(generation, articles, found, stored.get("lacking", {}))
            return Stored(embedded, stored["tombstones"], list(self._changes(generation)))
        except DAMAGED as fault:
            raise IndexRefused(f"the stored index is damaged ({type(fault).__name__})") from fault

    def articles(self) -> list[Article]:
        """The articles alone, for building anew what `load` refused; as many as can still be read."""
        generation = self._current()
        found: dict[str, Article] = {}
        try:
            found = {article.id: article for article in self._articles(generation)} if generation else {}
            for line in self._journal_lines(generation) if generation else ():
                if line["op"] == "put":
                    found[line["id"]] = Article.from_wire(line["article"])
                elif line["op"] == "delete":
                    found.pop(line["id"], None)
        except DAMAGED:
            pass
        return list(found.values())

    def save(self, articles: Sequence[EmbeddedArticle], tombstones: Mapping[str, int]) -> None:
        """Write a new generation and switch to it. Where that fails, the one before is used on, and nothing is left."""
        self.switch(self.write(articles, tombstones))

    def write(self, articles: Sequence[EmbeddedArticle], tombstones: Mapping[str, int]) -> Path:
        """A new generation that is not in use. Only one may be under way; changes may be appended meanwhile."""
        before = self._current()
        number = int(before.name.removeprefix("g-")) + 1 if before else 1
        made = self.folder / f"g-{number:06}"
        shutil.rmtree(made, ignore_errors=True)
        try:
            made.mkdir()
            self._write(made, articles, tombstones)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
        return made

    def switch(self, generation: Path, *, since: int | None = None) -> None:
        """Use it from now on, with what was appended since `mark` gave `since`; nobody may append meanwhile."""
        try:
            if since is not None:
                self._carry_over(generation, since)
            self._switch(generation)
        finally:
            self._clear(but=self._current())

    def mark(self) -> int:
        """Where the journal ends now."""
        journal = self._journal()
        return journal.stat().st_size if journal is not None else 0

    def append(self, *changes: Change) -> None:
        """Note accepted changes. They are on disk when this returns; none of them is when it raises OSError."""
        generation = self._current()
        if generation is None:
            self.save((), {})
            generation = self._current()
            assert generation is not None
        lines = (json.dumps(_line(change), ensure_ascii=False).encode("utf-8", "replace") + b"\n" for change in changes)
        file = generation / "journal.jsonl"
        is_new = not file.exists()
        with file.open("a+b", buffering=0) as journal:
            _drop_torn_line(journal)
            _write_or_take_back(journal, b"".join(lines))
        if is_new:
            _flush_folder(generation)

    def journal_is_long(self) -> bool:
        """Longer than is read in a moment, and than half of what would be written anew."""
        generation = self._current()
        if generation is None or self.mark() <= self._limit:
            return False
        return self.mark() > sum(file.stat().st_size for file in generation.glob("vectors-*.npy")) // 2

    def put_off(self) -> None:
        """The journal may become as long again before it counts as long: a `save` has just failed."""
        self._limit += JOURNAL_LIMIT_BYTES

    def _current(self) -> Path | None:
        pointer = self.folder / "current"
        if not pointer.exists():
            return None
        generation = self.folder / pointer.read_text("utf-8", errors="replace").strip()
        return generation if generation.is_dir() and generation != self.folder else None

    def _journal(self) -> Path | None:
        generation = self._current()
        journal = generation / "journal.jsonl" if generation else None
        return journal if journal is not None and journal.exists() else None

    def _carry_over(self, generation: Path, since: int) -> None:
        journal = self._journal()
        if journal is None:
            return
        with journal.open("rb") as before, (generation / "journal.jsonl").open("wb") as after:
            before.seek(since)
            shutil.copyfileobj(before, after)
            _flush(after)
        _flush_folder(generation)

    def _clear(self, *, but: Path | None) -> None:
        """Take away what a write that was broken off, or the generation before, has left."""
        (self.folder / "current.new").unlink(missing_ok=True)
        for other in self.folder.glob("g-*"):
            if other != but:
                shutil.rmtree(other, ignore_errors=True)

    def _switch(self, generation: Path) -> None:
        draft = self.folder / "current.new"
        with draft.open("wb") as pointer:
            pointer.write(generation.name.encode())
            _flush(pointer)
        draft.replace(self.folder / "current")
        _flush_folder(self.folder)

    def _write(self, folder: Path, articles: Sequence[EmbeddedArticle], tombstones: Mapping[str, int]) -> None:
        facts = {
            "built_with": self.manifest.as_json(),
            "passages": _passages_digest(held.passages for held in articles),
            "tombstones": dict(tombstones),
            "lacking": {held.article.id: lacking for held in articles if (lacking := _lacking(held))},
        }
        with (folder / "articles.jsonl").open("wb") as file:
            file.writelines(_json_line(held.article) for held in in_turns(articles))
            _flush(file)
        for key, facts_of_model in self.manifest.models.items():
            rows = [held.vectors[key] for held in articles if key in held.vectors]  # type: ignore[index]
            with (folder / f"vectors-{key}.npy").open("wb") as file:
                _save_matrix(file, rows, facts_of_model.dimension)
        _write_text(folder / "manifest.json", json.dumps(facts, ensure_ascii=False, indent=1))
        _flush_folder(folder)
        _flush_folder(folder.parent)

    def _articles(self, generation: Path) -> Iterator[Article]:
        with (generation / "articles.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                yield Article.from_wire(json.loads(line))

    def _embedded(
        self,
        generation: Path,
        articles: Sequence[Article],
        passages_of: Sequence[tuple[Passage, ...]],
        lacking: Mapping[str, Sequence[str]],
    ) -> list[EmbeddedArticle]:
        matrices = {key: np.load(generation / f"vectors-{key}.npy", allow_pickle=False) for key in self.manifest.models}
        taken = dict.fromkeys(matrices, 0)
        result = []
        for article, found in zip(articles, passages_of, strict=True):
            vectors: dict[Key, Vectors] = {}
            for key, height in heights(article, found).items():
                if key in lacking.get(article.id, ()):
                    continue
                vectors[key] = np.ascontiguousarray(matrices[key][taken[key] : taken[key] + height])
                taken[key] += height
            result.append(EmbeddedArticle(article, found, vectors))
        if any(taken[key] != len(matrix) for key, matrix in matrices.items()):
            raise IndexRefused("the stored vectors and the stored articles do not belong together")
        return result

    def _changes(self, generation: Path) -> Iterator[Change]:
        for line in self._journal_lines(generation):
            if line["op"] == "delete":
                yield Change(line["id"], line["version"])
                continue
            if line["op"] == "vectors":
                followed = {key: _unpacked(packed, height) for key, (height, packed) in line["vectors"].items()}
                yield Change(line["id"], line["version"], vectors=followed)
                continue
            article = Article.from_wire(line["article"])
            found = tuple(passages.of(article))
            packed = line["vectors"]
            vectors = {
                key: _unpacked(packed[key], height) for key, height in heights(article, found).items() if key in packed
            }
            yield Change(article.id, article.version, EmbeddedArticle(article, found, vectors))

    def _journal_lines(self, generation: Path) -> Iterator[dict[str, Any]]:
        journal = generation / "journal.jsonl"
        for line in journal.read_bytes().splitlines(keepends=True) if journal.exists() else ():
            if line.endswith(b"\n"):
                yield json.loads(line)


def _line(change: Change) -> dict[str, Any]:
    named = {"id": change.article_id, "version": change.version}
    if change.vectors is not None:
        followed = {key: (len(matrix), _packed(matrix)) for key, matrix in change.vectors.items()}
        return {"op": "vectors", **named, "vectors": followed}
    if change.embedded is None:
        return {"op": "delete", **named}
    packed = {key: _packed(matrix) for key, matrix in change.embedded.vectors.items()}
    return {"op": "put", "id": change.article_id, "article": change.embedded.article.as_wire(), "vectors": packed}


def _lacking(held: EmbeddedArticle) -> list[str]:
    return [key for key in heights(held.article, held.passages) if key not in held.vectors]


def _packed(matrix: Vectors) -> str:
    return base64.b64encode(np.ascontiguousarray(matrix, np.float32).tobytes()).decode()


def _unpacked(packed: str, rows: int) -> Vectors:
    return np.frombuffer(base64.b64decode(packed), dtype=np.float32).reshape(rows, -1)


def _passages_digest(found: Iterable[Sequence[Passage]]) -> str:
    """Of the passages of each article, in the order that they are stored in."""
    whole = sha256()
    for some in in_turns(found):
        for passage in some:
            whole.update(f"{passage.article_id}\0{passage.kind}\0{passage.text}\n".encode("utf-8", "replace"))
    return whole.hexdigest()


def _json_line(article: Article) -> bytes:
    return json.dumps(article.as_wire(), ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _write_text(path: Path, text: str) -> None:
    with path.open("wb") as file:
        file.write(text.encode("utf-8", "replace"))
        _flush(file)


def _save_matrix(file: IO[bytes], parts: Sequence[Vectors], dimension: int) -> None:
    """As `np.save` of them all in one, which would copy them, and whose error does not tell that there is no room."""
    head = npy.header_data_from_array_1_0(np.zeros((0, dimension), np.float32))
    npy.write_array_header_1_0(file, {**head, "shape": (sum(map(len, parts)), dimension)})
    for part in in_turns(parts):
        file.write(np.ascontiguousarray(part, np.float32).data)
    _flush(file)


def _drop_torn_line(journal: IO[bytes]) -> None:
    """A crash may have left half a line at the end: what follows it must not be lost with it."""
    size = journal.seek(0, os.SEEK_END)
    if size == 0:
        return
    journal.seek(size - 1)
    if journal.read(1) != b"\n":
        journal.seek(0)
        journal.truncate(journal.read().rfind(b"\n") + 1)


def _write_or_take_back(journal: IO[bytes], lines: bytes) -> None:
    """All of them, on the disk, or none: what nobody was told of must not come back with the next start."""
    size = journal.seek(0, os.SEEK_END)
    try:
        written = 0
        while written < len(lines):
            written += journal.write(memoryview(lines)[written:])
        _flush(journal)
    except OSError:
        journal.truncate(size)
        raise


def _flush(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
