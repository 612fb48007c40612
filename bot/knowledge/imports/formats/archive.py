"""Zip archives, looked at before anything of them is unpacked: their own directory says how large it would become.

Python's reader stops at the size that the directory names, so a directory that lies makes a file short, never long.
"""

import io
import zipfile

from bot.knowledge.imports.formats.base import Unreadable

MOST_BYTES = 150_000_000
MOST_FILES = 20_000
ENCRYPTED = 0x1
BEGINS = b"PK"


def opened(data: bytes) -> zipfile.ZipFile:
    """Raises Unreadable for what is no archive, or unpacks to more than anybody wrote."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        raise Unreadable("This archive is damaged.") from error
    entries = archive.infolist()
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise Unreadable(
            "Unpacked, this file is larger than {most:,} bytes. It was not opened.", words={"most": MOST_BYTES}
        )
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise Unreadable("This file is encrypted.")
    return archive


def unpacked_bytes(data: bytes) -> int:
    """What there is to read. Raises Unreadable for an archive that unpacks to more than anybody wrote."""
    if not data.startswith(BEGINS):
        return len(data)
    with opened(data) as archive:
        return max(len(data), sum(entry.file_size for entry in archive.infolist()))


def content(archive: zipfile.ZipFile, name: str) -> bytes:
    """Raises Unreadable."""
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError, RuntimeError) as error:
        raise Unreadable("{name} in this archive is damaged.", words={"name": name[-80:]}) from error
