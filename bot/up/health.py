"""Ask a part how it is."""

import enum
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

PROBE_TIMEOUT_SECONDS = 2.0


class Health(enum.Enum):
    SILENT = "silent"
    LOADING = "loading"
    READY = "ready"


def probe(url: str) -> Health:
    """READY on a 200; LOADING where the answer is another, or its JSON says `"state": "loading"`; else SILENT."""
    status, body = get(url)
    if status == 0:
        return Health.SILENT
    loading = isinstance(body, dict) and body.get("state") == "loading"
    return Health.LOADING if status != http.HTTPStatus.OK or loading else Health.READY


def get(url: str) -> tuple[int, Any]:
    """Status and JSON body (None where it is not JSON) of `url`; 0 where nothing answers. Ignores proxies."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PROBE_TIMEOUT_SECONDS)
    try:
        connection.request("GET", parts.path or "/")
        response = connection.getresponse()
        raw = response.read()
    except (OSError, http.client.HTTPException):
        return 0, None
    finally:
        connection.close()
    try:
        return response.status, json.loads(raw)
    except ValueError:
        return response.status, None
