"""From publishing to the first customer who is answered with it, while others ask: the whole product, real Rasa.

One article is changed over and over; each change says its number. A customer who asks for it in a new conversation is
asked again until the number comes. Beside it others ask, half of them for the same article: none may get an older
number than one that was answered before they wrote, and none may go without.
"""

import asyncio
import itertools
import re
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench import product as whole
from bench.chat.customers import Line, open_line
from bench.chat.texts import never_seen
from bench.report import figure, percentile, say
from bot.core.settings import PROJECT_ROOT

EDITS = 200
QUESTIONS_PER_SECOND = 20
TARGET_SECONDS = 1.0
GIVE_UP_SECONDS = 30
EDITOR, PASSWORD = "cleo@emberly.example", "correct horse battery"
QUESTION = "Which edition of the lighthouse almanac do you sell?"
EDITION = re.compile(r"edition number (\d+)\b")


@dataclass
class Seen:
    """What customers got. `newest`: the highest number that anybody has been answered with."""

    newest: int = 0
    asked: int = 0
    stale: int = 0
    without: int = 0
    waits: list[float] = field(default_factory=list)

    def note(self, text: str, *, known: int) -> int | None:
        """The number in an answer; `known` was the newest when its question was sent."""
        self.asked += 1
        found = EDITION.search(text)
        if found is None:
            self.without += 1
            return None
        number = int(found[1])
        self.stale += number < known
        self.newest = max(self.newest, number)
        return number


def measure(data: Path) -> None:
    say(f"{EDITS} edits under {QUESTIONS_PER_SECOND} questions a second")
    settings = {**whole.UNLIMITED, "models_dir": str(PROJECT_ROOT / "models")}
    with (
        tempfile.TemporaryDirectory(prefix="firebreak-bench-", ignore_cleanup_errors=True) as folder,
        whole.running(Path(folder), settings=settings) as product,
    ):
        whole.hire(Path(folder), EDITOR, "editor", PASSWORD)
        seen = asyncio.run(_edited(product.url, never_seen("en", data)))
    late = percentile(seen.waits, 0.99)
    others = {"p50": round(percentile(seen.waits, 0.5), 3), "answers": seen.asked, "edits": len(seen.waits)}
    wrong = {"stale": seen.stale, "failed": seen.without}
    ok = late <= TARGET_SECONDS and not any(wrong.values())
    figure("knowledge", "published until answered with, p99", late, "s", target="<= 1, none stale, none failed", ok=ok,
           compared_to={**others, **wrong})  # fmt: skip


async def _edited(url: str, texts: Iterator[str]) -> Seen:
    seen = Seen()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http, _editor(url) as editor:
        article = await _call(editor, "POST", "", _content(0))
        article = await _call(editor, "POST", f"/{article['id']}/publish", {})
        await _until_answered(http, url, Seen(), 0)
        others = asyncio.create_task(_others(http, url, texts, seen))
        for number in range(1, EDITS + 1):
            change = {**_content(number), "version": article["version"]}
            article = await _call(editor, "PUT", f"/{article['id']}", change)
            seen.waits.append(await _until_answered(http, url, seen, number))
        others.cancel()
        await asyncio.gather(others, return_exceptions=True)
    return seen


@asynccontextmanager
async def _editor(url: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Cleo's session, signed in; its calls are below the articles."""
    async with aiohttp.ClientSession() as http:
        account = {"email": EDITOR, "password": PASSWORD}
        async with http.post(f"{url}/api/v1/staff/login", json=account) as answer:
            token = (await answer.json())["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(f"{url}/api/v1/knowledge/", headers=bearer) as editor:
        yield editor


def _content(number: int) -> dict[str, object]:
    answer = f"We sell the lighthouse almanac in edition number {number}."
    return {"language": "en", "question": QUESTION, "variants": ["lighthouse almanac edition"], "answer": answer}


async def _until_answered(http: aiohttp.ClientSession, url: str, seen: Seen, number: int) -> float:
    began = time.perf_counter()
    while time.perf_counter() - began < GIVE_UP_SECONDS:
        told = await _asked(http, url, QUESTION)
        if seen.note(told, known=seen.newest) == number:
            return time.perf_counter() - began
    raise TimeoutError(f"edition {number} was never answered with; the last answer was {told!r}")


async def _others(http: aiohttp.ClientSession, url: str, texts: Iterator[str], seen: Seen) -> None:
    """New customers at an even pace; every second one asks for the article."""
    running: set[asyncio.Task[None]] = set()
    began = time.perf_counter()
    try:
        for count in itertools.count():
            await asyncio.sleep(began + count / QUESTIONS_PER_SECOND - time.perf_counter())
            other = _asks_too(http, url, seen) if count % 2 else _asks_else(http, url, next(texts))
            task = asyncio.create_task(other)
            running.add(task)
            task.add_done_callback(running.discard)
    finally:
        await asyncio.gather(*running, return_exceptions=True)


async def _asks_too(http: aiohttp.ClientSession, url: str, seen: Seen) -> None:
    known = seen.newest
    seen.note(await _asked(http, url, QUESTION), known=known)


async def _asks_else(http: aiohttp.ClientSession, url: str, text: str) -> None:
    await _asked(http, url, text)


async def _asked(http: aiohttp.ClientSession, url: str, text: str) -> str:
    """The first words that a new customer gets to a question."""
    line = await open_line(http, url)
    listener = asyncio.create_task(line.listen())
    try:
        client_id = await line.send(text)
        return await asyncio.wait_for(_answer(line, client_id), GIVE_UP_SECONDS)
    finally:
        await line.close()
        listener.cancel()


async def _answer(line: Line, client_id: str) -> str:
    while True:
        _, message = await line.answers.get()
        if line.message_ids.get(message.get("in_reply_to", "")) == client_id:
            return str(message["text"])


async def _call(editor: aiohttp.ClientSession, method: str, path: str, body: dict[str, object]) -> dict[str, object]:
    async with editor.request(method, f"articles{path}", json=body) as answer:
        answer.raise_for_status()
        told: dict[str, object] = await answer.json()
        return told
