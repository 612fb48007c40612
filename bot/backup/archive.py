"""The file: a zip of one `tables/<name>.jsonl` a table, and `manifest.json`, which says what they must hold.

A line is one row, a JSON array in the order of the manifest's columns: text, JSON as its text, integers, reals,
truth as 0 or 1, moments as `YYYY-MM-DD HH:MM:SS.ffffff` in UTC, bytes in hexadecimal digits. Lines are ordered by the
table's key, so the same rows have the same digest in every database.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO, Literal

from pydantic import BaseModel, ValidationError

from bot.backup import BackupError

FORMAT = 1
MANIFEST = "manifest.json"
COMPRESSION_LEVEL = 1
READ_BYTES = 1 << 20
DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError, ValueError)
"""What `zipfile` raises on a file whose bytes have changed."""


class Entry(BaseModel):
    """What a table's file must hold. `last_number`: the highest that the database has handed out for its key."""

    table: str
    columns: list[str]
    rows: int
    sha256: str
    last_number: int | None = None


class Manifest(BaseModel):
    made_by: Literal["firebreak"] = "firebreak"
    format: int = FORMAT
    version: str
    schema_revision: str
    created_at: datetime
    database: str
    tables: list[Entry]

    @property
    def rows(self) -> int:
        return sum(entry.rows for entry in self.tables)


class Writer:
    def __init__(self, file: zipfile.ZipFile) -> None:
        self._zip = file

    def write_table(self, name: str, blocks: Iterator[bytes]) -> tuple[int, str]:
        """Whole lines, in blocks; how many there were, and their digest."""
        with self._zip.open(_member(name), "w", force_zip64=True) as file:
            return _digested(blocks, file)

    def write_manifest(self, manifest: Manifest) -> None:
        self._zip.writestr(MANIFEST, manifest.model_dump_json(indent=1))


@contextmanager
def written(file: BinaryIO) -> Iterator[Writer]:
    """An archive that is whole when the block ends; the manifest comes last."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION_LEVEL) as held:
        yield Writer(held)


class Archive:
    def __init__(self, path: Path, file: zipfile.ZipFile, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self._zip = file

    def blocks(self, entry: Entry) -> Iterator[bytes]:
        """The table's lines, a megabyte or so at once, none of them cut."""
        rest = b""
        with self._zip.open(_member(entry.table)) as file:
            while read := file.read(READ_BYTES):
                whole, newline, rest = (rest + read).rpartition(b"\n")
                if newline:
                    yield whole + newline
        if rest:
            raise BackupError(f"{self.path} is damaged: table {entry.table} ends in the middle of a row.")

    def check(self, entry: Entry) -> None:
        """Read the whole table and compare it with the manifest. Raises BackupError."""
        try:
            rows, digest = digest_of(self.blocks(entry))
        except DAMAGE as error:
            raise BackupError(f"{self.path} is damaged in table {entry.table} ({error}).") from error
        if (rows, digest) != (entry.rows, entry.sha256):
            raise BackupError(f"{self.path} is damaged: table {entry.table} is not what was backed up.")


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """An archive with a manifest that this version can read. Raises BackupError."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        head = file.read(4)
        try:
            held = zipfile.ZipFile(file)
            manifest = Manifest.model_validate_json(held.read(MANIFEST))
        except DAMAGE as error:
            raise BackupError(_why_not(path, head, error)) from error
        with held:
            if manifest.format != FORMAT:
                raise BackupError(
                    f"{path} has format {manifest.format}, written by Firebreak {manifest.version}; "
                    f"this version reads format {FORMAT}."
                )
            yield Archive(path, held, manifest)


def digest_of(blocks: Iterator[bytes]) -> tuple[int, str]:
    """How many lines, and their digest."""
    return _digested(blocks, None)


def _digested(blocks: Iterator[bytes], copy: IO[bytes] | None) -> tuple[int, str]:
    rows, digest = 0, hashlib.sha256()
    for block in blocks:
        rows += block.count(b"\n")
        digest.update(block)
        if copy is not None:
            copy.write(block)
    return rows, digest.hexdigest()


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _why_not(path: Path, head: bytes, error: Exception) -> str:
    if head != b"PK\x03\x04":
        return f"{path} is not a backup of Firebreak."
    if isinstance(error, ValidationError | KeyError):
        return f"{path} is not a backup of Firebreak, or its manifest is damaged."
    return f"{path} is cut off or damaged: {error}."
