"""How long live push takes from one web process to another: a customer with the same conversation open at both."""

import asyncio
import json
from typing import Any

import aiohttp

from bench.faults.journal import now

EVERY_SECONDS = 0.15


async def measure(http: aiohttp.ClientSession, here: str, there: str, stop: asyncio.Event) -> list[float]:
    """Seconds from the acknowledgement at `here` until the page at `there` shows the message; until `stop`."""
    acked: dict[str, float] = {}
    shown: dict[str, float] = {}
    async with http.post(f"{here}/api/v1/conversations", json={"channel": "web"}) as response:
        begun = await response.json()
    async with _line(http, here, begun) as writing, _line(http, there, begun) as reading:
        listeners = [asyncio.create_task(_note(writing, acked)), asyncio.create_task(_note(reading, shown))]
        number = 0
        while not stop.is_set():
            number += 1
            body = {"type": "message", "client_message_id": f"p{number}", "text": "Where are you?"}
            await writing.send_str(json.dumps(body))
            await asyncio.sleep(EVERY_SECONDS)
        await asyncio.sleep(2)
        for listener in listeners:
            listener.cancel()
    never = [one for one in acked if one not in shown]
    return [max(0.0, shown[one] - at) for one, at in acked.items() if one in shown] + [float("inf")] * len(never)


def _line(http: aiohttp.ClientSession, url: str, begun: dict[str, Any]) -> Any:
    address = f"{url}/api/v1/conversations/{begun['conversation_id']}/ws"
    return http.ws_connect(address, protocols=(f"bearer.{begun['token']}",))


async def _note(socket: aiohttp.ClientWebSocketResponse, times: dict[str, float]) -> None:
    """When each message of the customer's own was acknowledged, or shown."""
    async for raw in socket:
        frame = json.loads(raw.data)
        one = frame if frame["type"] == "ack" else frame.get("message", {})
        if "client_message_id" in one:
            times.setdefault(one["client_message_id"], now())
