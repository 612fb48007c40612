"""Ten thousand rows in each language: looked at, taken, found by their words, then by meaning, while customers write.

The web process and the knowledge service alone, no Rasa. Questions are made up: each has a name of its own, so that
none is like another. Vectors are followed for VECTOR_SECONDS, which gives their rate. At the end a file with one wrong
row is brought, and the web process is killed with `kill -9` while it applies one: all of a file or nothing.
"""

import asyncio
import csv
import io
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from bench import product as whole
from bench.knowledge.running import Service, service
from bench.report import figure, percentile, say
from bot.core.settings import PROJECT_ROOT

ROWS = 10_000
FOUND_SECONDS = 60.0
VECTOR_SECONDS = 90.0
RATES = {"en": 200, "zh": 40}
MEGABYTES = 1_500
KILLS, KILLED_ROWS = 5, 3_000
ACK_EVERY_SECONDS = 0.05
GIVE_UP_SECONDS = 180.0
EDITOR, PASSWORD = "cleo@emberly.example", "correct horse battery"
SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
SIGNS = "阿贝卡达菲戈汉伊吉凯罗曼诺帕奇瑞斯塔乌维沃希雅泽"
ASKS = {
    "en": ("How do I clean the {0}?", "Why does my {0} stop at night?", "Which battery fits into a {0}?"),
    "zh": ("怎么清洗{0}？", "我的{0}夜里为什么会停？", "{0}要用哪种电池？"),
}
ANSWERS = {"en": "The {0} is looked after as its leaflet says.", "zh": "请按说明书保养{0}。"}


def file_of(language: str, rows: int, *, batch: str) -> bytes:
    """A CSV of articles whose ids begin with `batch`."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("id", "language", "question", "answer"))
    for number, name in enumerate(itertools.islice(_names(language, batch), rows)):
        question = ASKS[language][number % 3].format(name)
        writer.writerow((f"{batch}-{number}.{language}", language, question, ANSWERS[language].format(name)))
    return out.getvalue().encode()


def _names(language: str, batch: str) -> Iterator[str]:
    chance = random.Random(f"{language} {batch}")
    seen: set[str] = set()
    while True:
        parts = chance.choices(SIGNS, k=5) if language == "zh" else chance.choices(SYLLABLES, k=5)
        name = "".join(parts)
        if name not in seen:
            seen.add(name)
            yield name


def measure() -> None:
    asyncio.run(_measure())


async def _measure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with service() as knowledge, _web(Path(folder), knowledge.url) as web:
            for language in RATES:
                await _language(web, knowledge, language)
            await _one_wrong_row(web)
        async with service() as knowledge:
            await _killed(Path(folder), knowledge.url)


class Web:
    """The web process and an editor who is signed in to it."""

    def __init__(self, process: "subprocess.Popen[bytes]", url: str) -> None:
        self.process, self.url = process, url
        self.http = aiohttp.ClientSession(url, timeout=aiohttp.ClientTimeout(total=150))

    async def call(self, method: str, path: str, **more: Any) -> Any:
        async with self.http.request(method, f"/api/v1{path}", **more) as answer:
            told = await answer.json()
            if answer.status >= 400:
                raise RuntimeError(f"{method} {path}: {answer.status} {told}")
            return told

    async def bring(self, data: bytes, **options: str) -> str:
        form = aiohttp.FormData()
        form.add_field("file", data, filename="articles.csv")
        return str((await self.call("POST", "/knowledge/imports", data=form, params=options))["id"])

    async def settled(self, import_id: str) -> dict[str, Any]:
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while time.monotonic() < deadline:
            found: dict[str, Any] = await self.call("GET", f"/knowledge/imports/{import_id}", params={"limit": "1"})
            if found["state"] not in ("reading", "applying"):
                return found
            await asyncio.sleep(0.05)
        raise RuntimeError("an import came to no end")

    def megabytes(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        return int(status.split("VmHWM:")[1].split()[0]) / 1024


@asynccontextmanager
async def _web(folder: Path, knowledge_url: str) -> AsyncIterator[Web]:
    port = whole.free_port()
    settings = {**whole.UNLIMITED, "engine": "knowledge", "knowledge_url": knowledge_url}
    environment = {**os.environ, **{f"FIREBREAK_{name.upper()}": value for name, value in settings.items()}}
    base = [sys.executable, "-m", "bot.cli"]
    migrate = [*base, "migrate", "--data-dir", str(folder)]
    subprocess.run(migrate, cwd=PROJECT_ROOT, env=environment, stdout=sys.stderr, check=True)  # noqa: ASYNC221
    whole.hire(folder, EDITOR, "editor", PASSWORD)
    command = [*base, "serve", "--port", str(port), "--data-dir", str(folder)]
    process = subprocess.Popen(command, cwd=PROJECT_ROOT, env=environment, stdout=subprocess.DEVNULL)  # noqa: ASYNC220
    web = Web(process, f"http://127.0.0.1:{port}")
    try:
        await _signed_in(web)
        yield web
    finally:
        await web.http.close()
        process.terminate()
        process.wait(20)


async def _signed_in(web: Web) -> None:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while True:
        try:
            body = {"email": EDITOR, "password": PASSWORD}
            token = (await web.call("POST", "/staff/login", json=body))["token"]
            web.http.headers["Authorization"] = f"Bearer {token}"
            return
        except aiohttp.ClientError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)


async def _language(web: Web, knowledge: Service, language: str) -> None:
    data = file_of(language, ROWS, batch=f"first-{language}")
    last = list(csv.reader(io.StringIO(data.decode())))[-1]
    say(f"{ROWS} rows, {language}")
    waits: list[float] = []
    customer = asyncio.create_task(_customer(web, waits))
    began = time.perf_counter()
    import_id = await web.bring(data, dry_run="true")
    looked = await web.settled(import_id)
    told = f"{looked['counts']['new']} new, {looked['counts']['wrong']} wrong"
    _seconds(f"import, dry run, {language}", time.perf_counter() - began, FOUND_SECONDS, f"{ROWS} rows: {told}")
    began = time.perf_counter()
    await web.call("POST", f"/knowledge/imports/{import_id}/apply")
    done = await web.settled(import_id)
    _seconds(
        f"import, applied, {language}", time.perf_counter() - began, FOUND_SECONDS, f"{done['state']}, {ROWS} rows"
    )
    await _found(web, language, question=last[2], article_id=last[0])
    _seconds(f"import, last row found by its words, {language}", time.perf_counter() - began, FOUND_SECONDS, "")
    await _vectors(knowledge, language)
    customer.cancel()
    with suppress(asyncio.CancelledError):
        await customer
    p99 = percentile(waits, 0.99) * 1_000
    how = f"{len(waits)} messages beside {ROWS} rows from the check to their vectors; slowest {max(waits):.2f} s"
    _show(f"acknowledgement p99 beside an import, {language}", p99, "ms", most=1_000, how=how)
    megabytes = web.megabytes() + knowledge.resident_megabytes()
    parts = {"web at its most": web.megabytes(), "knowledge service": knowledge.resident_megabytes()}
    _show(f"memory after an import, {language}", megabytes, "MB", most=MEGABYTES, compared_to=parts)


async def _found(web: Web, language: str, *, question: str, article_id: str) -> None:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while time.monotonic() < deadline:
        with suppress(RuntimeError):
            hits = (await web.call("GET", "/knowledge/search", params={"q": question, "language": language}))["hits"]
            if hits and hits[0]["article_id"] == article_id:
                return
        await asyncio.sleep(0.1)
    raise RuntimeError(f"{article_id} was not found")


async def _vectors(knowledge: Service, language: str) -> None:
    first = (await knowledge.client.health(timeout=10))["without_vectors"]
    began = time.perf_counter()
    left = first
    while left and time.perf_counter() - began < VECTOR_SECONDS:
        await asyncio.sleep(1)
        left = (await knowledge.client.health(timeout=10))["without_vectors"]
    rate = (first - left) / (time.perf_counter() - began)
    how = f"articles with the vectors of their question and their answer: {first - left} of {first}, customers writing"
    least, measure = RATES[language], f"import, vectors, {language}"
    figure("knowledge", measure, rate, "questions/s", target=f">= {least}", ok=rate >= least, how=how)


async def _customer(web: Web, waits: list[float]) -> None:
    """Somebody who writes all the time; how long each acknowledgement took."""
    async with aiohttp.ClientSession(web.url) as http:
        started = await http.post("/api/v1/conversations", json={"channel": "web", "visitor_id": "bench"})
        opened = await started.json()
        headers = {"Authorization": f"Bearer {opened['token']}"}
        path = f"/api/v1/conversations/{opened['conversation_id']}/messages"
        for number in itertools.count():
            body = {"client_message_id": f"m{number}", "text": f"hello {number}"}
            began = time.perf_counter()
            async with http.post(path, json=body, headers=headers) as answer:
                await answer.read()
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(ACK_EVERY_SECONDS)


async def _one_wrong_row(web: Web) -> None:
    before = await _total(web)
    data = file_of("en", ROWS, batch="wrong") + b"last.en,en,,no question\n"
    found = await web.settled(await web.bring(data))
    after = await _total(web)
    kept = float(after - before)
    how = f"{ROWS} good rows and a wrong one at the end: {found['state']}"
    _show("articles of a file with one wrong row", kept, "articles", most=0, how=how)


async def _killed(folder: Path, knowledge_url: str) -> None:
    """Kill the web process at a random moment of an import; after the next start it is whole, or not there.

    What was broken off before it was read to its end is taken up by a later start, whole again.
    """
    halves = 0
    for number in range(KILLS):
        async with _web(folder, knowledge_url) as web:
            before = await _total(web)
            await web.bring(file_of("en", KILLED_ROWS, batch=f"killed-{number}"))
            await asyncio.sleep(random.Random(number).uniform(0.2, 3.0))
            web.process.send_signal(signal.SIGKILL)
            web.process.wait(10)
        async with _web(folder, knowledge_url) as web:
            added = await _total(web) - before
            say(f"killed {number + 1} of {KILLS}: {added} articles")
            halves += added % KILLED_ROWS != 0
    _show("half imports after kill -9", float(halves), "imports", most=0, how=f"{KILLS} kills")


async def _total(web: Web) -> int:
    return int((await web.call("GET", "/knowledge/articles/counts"))["total"])


def _seconds(measure: str, value: float, most: float, how: str) -> None:
    _show(measure, value, "s", most=most, how=how)


def _show(measure: str, value: float, unit: str, *, most: float, **more: Any) -> None:
    figure("knowledge", measure, value, unit, target=f"<= {most:g}", ok=value <= most, **more)
