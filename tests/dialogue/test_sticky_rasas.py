"""Several Rasas, each a real HTTP server: a conversation stays with one, moves when it is gone, and comes back."""

import asyncio
import secrets
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import pytest

from bot import wire
from bot.dialogue import sticky
from bot.dialogue.engine import EngineFailed, TurnInput
from bot.dialogue.sticky import StickyRasas
from tests.rasa.local_http import Answer, LocalServer, serving

CONVERSATIONS = [f"conversation-{number}" for number in range(40)]


def named(name: str) -> Answer:
    def answer(path: str, _body: Any) -> Any:
        return [{"text": name}, {"custom": {"signal": wire.SAID, "intent": "greet", "confidence": 1.0}}]

    return answer


@pytest.fixture
def servers() -> Iterator[list[LocalServer]]:
    with ExitStack() as stack:
        yield [stack.enter_context(serving(named(name))) for name in ("one", "two", "three")]


@asynccontextmanager
async def rasas(*urls: str, timeout_seconds: float = 20.0) -> AsyncIterator[StickyRasas]:
    engine = StickyRasas(urls, timeout_seconds=timeout_seconds)
    try:
        yield engine
    finally:
        await engine.close()


async def who_answers(engine: StickyRasas, conversation: str) -> str:
    turn = TurnInput(f"{conversation}:1.0", secrets.token_hex(4), "hello", "en", "multi")
    (said,) = (await engine.answer(turn)).texts
    return said


async def everybody(engine: StickyRasas) -> dict[str, str]:
    return {one: await who_answers(engine, one) for one in CONVERSATIONS}


async def until_back(engine: StickyRasas, conversation: str, wanted: str) -> None:
    async with asyncio.timeout(60):
        while True:
            if await who_answers(engine, conversation) == wanted:
                return
            await asyncio.sleep(0.02)


def nowhere() -> str:
    """An address where nobody listens: its port is taken by a socket that does not."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    _held.append(holder)
    return f"http://127.0.0.1:{holder.getsockname()[1]}"


_held: list[socket.socket] = []


def test_a_conversation_stays_with_one_and_all_have_some(servers: list[LocalServer]) -> None:
    async def story() -> None:
        urls = [server.url for server in servers]
        async with rasas(*urls) as engine, rasas(*reversed(urls)) as another_process:
            first = await everybody(engine)
            assert await everybody(engine) == first
            assert await everybody(another_process) == first
            assert set(first.values()) == {"one", "two", "three"}

    asyncio.run(story())


def test_one_that_is_gone_moves_its_own_conversations_and_no_others(servers: list[LocalServer]) -> None:
    async def story() -> None:
        urls = [server.url for server in servers]
        gone = nowhere()
        async with rasas(*urls) as without, rasas(*urls, gone) as engine:
            assert await everybody(engine) == await everybody(without)
            assert [await engine.ready_at(url) for url in (*urls, gone)] == [True, True, True, False]
            assert await engine.ready()

    asyncio.run(story())


def test_one_that_comes_back_gets_its_conversations_back(
    servers: list[LocalServer], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sticky, "LOOK_SECONDS", 0.02)
    caplog.set_level("INFO", logger=sticky.__name__)

    async def story() -> None:
        one, two, _ = servers
        async with rasas(one.url, two.url) as engine:
            before = await everybody(engine)
            mine = next(name for name, who in before.items() if who == "one")
            one.gone = True
            assert await who_answers(engine, mine) == "two"
            assert await who_answers(engine, mine) == "two"
            one.gone = False
            await until_back(engine, mine, "one")
            assert await everybody(engine) == before

    asyncio.run(story())
    told = [(record.message, record.__dict__["address"]) for record in caplog.records]
    assert told == [("a rasa is left out", servers[0].url), ("a rasa is back", servers[0].url)]


def test_who_waited_for_one_that_hangs_is_answered_by_the_next(servers: list[LocalServer]) -> None:
    async def story(mute: str) -> None:
        async with rasas(mute, servers[0].url, timeout_seconds=2.0) as engine:
            assert [await who_answers(engine, one) for one in CONVERSATIONS] == ["one"] * len(CONVERSATIONS)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        asyncio.run(story(f"http://127.0.0.1:{silent.getsockname()[1]}"))


def test_where_nobody_is_there_the_turn_fails_at_once() -> None:
    async def story() -> None:
        async with rasas(nowhere(), nowhere()) as engine:
            for conversation in CONVERSATIONS:
                with pytest.raises(EngineFailed, match="no rasa is there"):
                    await who_answers(engine, conversation)
            assert not await engine.ready()

    asyncio.run(story())


def test_a_turn_that_breaks_is_not_asked_again_elsewhere(servers: list[LocalServer]) -> None:
    async def story() -> None:
        for server in servers:
            server.answer = lambda path, _body: [] if path.endswith("webhook") else {}
        async with rasas(*(server.url for server in servers)) as engine:
            with pytest.raises(EngineFailed, match="no signal"):
                await who_answers(engine, "a")

    asyncio.run(story())
    asked = Counter(path for server in servers for path, _ in server.asked)
    assert asked == {"/webhooks/rest/webhook": 1}


def test_one_that_breaks_on_turn_after_turn_rests_unless_it_is_the_last(
    servers: list[LocalServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sticky, "FAILURES_REST_SECONDS", 3.0)

    async def story() -> None:
        one, two, _ = servers
        async with rasas(one.url, two.url) as engine:
            mine = next(name for name, who in (await everybody(engine)).items() if who == "one")
            one.answer = lambda path, _body: 500
            for _ in range(sticky.FAILURES_IN_A_ROW):
                with pytest.raises(EngineFailed, match="500"):
                    await who_answers(engine, mine)
            assert await who_answers(engine, mine) == "two"
            one.answer = named("one")
            await until_back(engine, mine, "one")
        async with rasas(two.url) as alone:
            two.answer = lambda path, _body: 500
            for _ in range(2 * sticky.FAILURES_IN_A_ROW):
                with pytest.raises(EngineFailed, match="500"):
                    await who_answers(alone, mine)

    asyncio.run(story())
