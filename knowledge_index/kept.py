"""Vectors kept between starts, so that an index is rebuilt and a model trained anew for the price of what changed.

Articles' passages and training examples alone: what customers write is never written here. A text is known by its
digest. Losing the file costs time and nothing else.
"""

import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import numpy as np

from knowledge_index import logs
from knowledge_index.embedded import Wanted
from knowledge_index.embedder import Key, Vectors

FILE = "vectors.db"
MOST = 60_000
"""Rows, of 1.5 kB each; beyond them the oldest go."""
BUSY_SECONDS = 5.0
AT_ONCE = 500
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class KeptVectors:
    """A file that several services may share. Every call may run in any thread."""

    def __init__(self, file: Path, digests: Mapping[Key, str], *, most: int = MOST) -> None:
        self._file = file
        self._digests = digests
        self._most = most

    def get(self, wanted: Sequence[Wanted]) -> dict[Wanted, Vectors]:
        """Those that are kept."""
        names = {self._name(one): one for one in wanted}
        found: dict[Wanted, Vectors] = {}
        with self._forgiving(), self._rows() as rows:
            for start in range(0, len(names), AT_ONCE):
                part = [*names][start : start + AT_ONCE]
                marks = ",".join("?" * len(part))
                for name, vector in rows.execute(f"select name, vector from kept where name in ({marks})", part):
                    found[names[name]] = np.frombuffer(vector, dtype=np.float32)
        return found

    def put(self, vectors: Mapping[Wanted, Vectors]) -> None:
        """Keep these too."""
        new = [(self._name(one), vector.tobytes()) for one, vector in vectors.items()]
        with self._forgiving(), self._rows() as rows:
            rows.executemany("insert or ignore into kept (name, vector) values (?, ?)", new)
            rows.execute("delete from kept where id <= (select max(id) from kept) - ?", (self._most,))
            rows.commit()

    def _name(self, one: Wanted) -> bytes:
        return sha256("\0".join((self._digests[one.key], one.role, one.text)).encode()).digest()

    @contextmanager
    def _rows(self) -> Iterator[sqlite3.Connection]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._file, timeout=BUSY_SECONDS)) as rows:
            rows.execute("pragma journal_mode=wal")
            rows.execute("pragma synchronous=normal")
            rows.execute("create table if not exists kept (id integer primary key, name blob unique, vector blob)")
            yield rows

    @contextmanager
    def _forgiving(self) -> Iterator[None]:
        """A file that cannot be read or written is as good as none; one that is damaged makes room for a new one."""
        try:
            yield
        except (sqlite3.Error, OSError) as fault:
            logs.event("kept vectors are of no use", level=logging.WARNING, fault=type(fault).__name__)
            if getattr(fault, "sqlite_errorcode", None) in DAMAGED:
                for ending in ("", "-wal", "-shm"):
                    self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
