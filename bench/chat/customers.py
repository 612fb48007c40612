"""Customers for a load: they open conversations, send by socket and note when each message was acknowledged."""

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

_numbers = itertools.count()


@dataclass
class Line:
    """One conversation's socket. `sent` and `acked` map client ids to monotonic seconds."""

    http: aiohttp.ClientSession
    url: str
    conversation_id: str
    token: str
    socket: aiohttp.ClientWebSocketResponse
    sent: dict[str, float] = field(default_factory=dict)
    acked: dict[str, float] = field(default_factory=dict)
    message_ids: dict[str, str] = field(default_factory=dict)
    answers: "asyncio.Queue[tuple[float, dict[str, Any]]]" = field(default_factory=asyncio.Queue)
    state: str = "bot"
    handed_over_at: float | None = None

    async def send(self, text: str) -> str:
        client_id = f"c{next(_numbers)}"
        frame = {"type": "message", "client_message_id": client_id, "text": text}
        self.sent[client_id] = time.perf_counter()
        await self.socket.send_str(orjson.dumps(frame).decode())
        return client_id

    async def listen(self) -> None:
        async for raw in self.socket:
            if raw.type is not aiohttp.WSMsgType.TEXT:
                return
            frame = orjson.loads(raw.data)
            match frame["type"]:
                case "ack":
                    self.acked[frame["client_message_id"]] = time.perf_counter()
                    self.message_ids[frame["message_id"]] = frame["client_message_id"]
                case "message" if frame["message"]["author"] in ("bot", "system", "agent"):
                    self.answers.put_nowait((time.perf_counter(), frame["message"]))
                case "state":
                    self.state = frame["state"]
                    if self.state != "bot" and self.handed_over_at is None:
                        self.handed_over_at = time.perf_counter()
                case "error":
                    raise RuntimeError(f"refused: {frame['error']}")

    async def close(self) -> None:
        await self.socket.close()


async def open_line(http: aiohttp.ClientSession, url: str, *, channel: str = "web") -> Line:
    """Begin a conversation of a new visitor and open its socket."""
    body = {"channel": channel, "visitor_id": f"bench-{time.time_ns()}-{next(_numbers)}"}
    async with http.post(f"{url}/api/v1/conversations", json=body) as response:
        response.raise_for_status()
        started = await response.json()
    conversation_id, token = started["conversation_id"], started["token"]
    socket = await http.ws_connect(
        f"{url}/api/v1/conversations/{conversation_id}/ws", protocols=(f"bearer.{token}",), max_msg_size=0
    )
    return Line(http, url, conversation_id, token, socket)
