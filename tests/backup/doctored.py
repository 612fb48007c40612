"""An archive with other rows, or another manifest, that is whole nevertheless."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Lines = list[bytes]


def doctored(archive: Path, table: str, change: Callable[[Lines], Lines]) -> None:
    """Change the lines of one table in place; the manifest agrees."""
    members = _members(archive)
    lines = change(members[f"tables/{table}.jsonl"].splitlines())
    held = b"".join(line + b"\n" for line in lines)
    manifest = json.loads(members["manifest.json"])
    entry = next(entry for entry in manifest["tables"] if entry["table"] == table)
    entry.update(rows=len(lines), sha256=hashlib.sha256(held).hexdigest())
    _write(archive, {**members, f"tables/{table}.jsonl": held, "manifest.json": json.dumps(manifest).encode()})


def with_manifest(archive: Path, **changed: Any) -> None:
    members = _members(archive)
    manifest = {**json.loads(members["manifest.json"]), **changed}
    _write(archive, {**members, "manifest.json": json.dumps(manifest).encode()})


def without(archive: Path, member: str) -> None:
    _write(archive, {name: held for name, held in _members(archive).items() if name != member})


def _members(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as held:
        return {name: held.read(name) for name in held.namelist()}


def _write(archive: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as held:
        for name, data in members.items():
            held.writestr(name, data)
