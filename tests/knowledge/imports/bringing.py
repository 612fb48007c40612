"""Files brought through the public door, and what came of them."""

import time
from typing import Any

from tests.people import PATIENCE_SECONDS, StaffMember

UNDER_WAY = ("reading", "applying")


def bring(editor: StaffMember, data: bytes | str, name: str = "articles.csv", **options: Any) -> dict[str, Any]:
    """Bring a file; the report once there is nothing more to wait for."""
    content = data.encode() if isinstance(data, str) else data
    answer = editor.http.post("/knowledge/imports", files={"file": (name, content)}, params=options)
    assert answer.status_code == 202, answer.text
    return report(editor, answer.json()["id"])


def apply(editor: StaffMember, import_id: str, **options: Any) -> dict[str, Any]:
    answer = editor.http.post(f"/knowledge/imports/{import_id}/apply", params=options)
    assert answer.status_code == 202, answer.text
    return report(editor, import_id)


def report(editor: StaffMember, import_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found: dict[str, Any] = editor.get(f"/knowledge/imports/{import_id}")
        if found["state"] not in UNDER_WAY:
            return found
        time.sleep(0.02)
    raise AssertionError(f"the import came to no end: {found}")


def kinds(found: dict[str, Any]) -> list[str]:
    return [row["kind"] for row in found["preview"]]
