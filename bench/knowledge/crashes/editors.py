"""Editors at work over HTTP: they write, change, publish, take back, archive, fetch back, restore, bring files.

Whatever they send is in the journal before it goes off, and whatever is acknowledged before they go on.
"""

import asyncio
import contextlib
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bench.knowledge.crashes.story import Accepted, Acked, Ended, Entry, Sent, Shown, stamp_of
from bench.knowledge.imports import ANSWERS, ASKS, SIGNS, SYLLABLES

CALL_SECONDS = 30.0
LOOK_SECONDS = 0.02
IMPORT_SECONDS = 120.0
FILE_ROWS = 200
STOCK = 220
"""Articles that files are about: each brings FILE_ROWS of them, at first new ones."""
STOCK_TOO = 0.1
"""How often an editor changes an article that files are about."""
MOST_OWN = 60
THINKING_SECONDS = (0.05, 0.4)
ASKED_ANEW = 20
"""Every so many rows of a file one has other questions too."""
CHINESE = 20
"""Every so many articles one is in Chinese: its vectors are slow."""
AWAY = (aiohttp.ClientError, TimeoutError, OSError, json.JSONDecodeError)
VERBS = {"create": 3, "change": 8, "publish": 5, "unpublish": 4, "archive": 1, "unarchive": 2, "restore": 2}


class Refused(Exception):
    """The call was understood and refused."""


@dataclass
class Desk:
    """What the editors share: the way to the product, the journal, and the articles as they were last shown.

    `under_way`: what has been sent and not been answered yet, by kind. `seconds`: how long such calls took.
    """

    http: aiohttp.ClientSession
    dice: random.Random
    journal: list[Entry] = field(default_factory=list)
    known: dict[str, Shown] = field(default_factory=dict)
    under_way: dict[str, int] = field(default_factory=dict)
    acked: int = 0
    _stamps: Iterator[int] = field(default_factory=itertools.count)

    @contextlib.contextmanager
    def at(self, kind: str) -> Iterator[None]:
        self.under_way[kind] = self.under_way.get(kind, 0) + 1
        try:
            yield
        finally:
            self.under_way[kind] -= 1

    async def call(self, method: str, path: str, **more: Any) -> Any:
        """Raises Refused, and one of AWAY where nothing answered or the answer says to ask again."""
        async with self.http.request(method, f"/api/v1/knowledge{path}", **more) as answer:
            told = await answer.json()
            if answer.status >= 500:
                raise aiohttp.ClientError(f"{method} {path}: {answer.status}")
            if answer.status >= 400:
                raise Refused(f"{method} {path}: {answer.status} {told}")
            return told

    def send(self, rows: int = 1) -> str:
        """A stamp for content that is about to go off."""
        stamp = stamp_of(next(self._stamps))
        self.journal.append(Sent(stamp, rows))
        return stamp

    def take(self, article: dict[str, Any]) -> None:
        """An article came as an acknowledgement."""
        shown = Shown.of(article["id"], article)
        self.journal.append(Acked(shown))
        self.known[shown.article_id] = shown
        self.acked += 1


class Editor:
    """One who does one thing after the other. `may`: not before it is set."""

    def __init__(self, desk: Desk, name: str, may: asyncio.Event) -> None:
        self._desk, self._name, self._may = desk, name, may
        self._written = 0

    async def live(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._may.wait()
            with contextlib.suppress(Refused, *AWAY):
                await self.one()
            await asyncio.sleep(self._desk.dice.uniform(*THINKING_SECONDS))

    async def one(self, among: tuple[str, ...] = tuple(VERBS)) -> None:
        """Do one thing. Raises Refused, or one of AWAY."""
        verb = self._desk.dice.choices(among, [VERBS[name] for name in among])[0]
        article = self._chosen(verb)
        with self._desk.at("publish"):
            if verb == "create" or article is None:
                await self._create()
            elif verb == "change":
                await self._change(article)
            else:
                body = {"version": self._desk.dice.randint(1, article.version)} if verb == "restore" else {}
                self._desk.take(await self._desk.call("POST", f"/articles/{article.article_id}/{verb}", json=body))

    def _chosen(self, verb: str) -> Shown | None:
        """An article that this may be done to. Files' own are never archived: no later file could change them."""
        statuses = {
            "publish": ("draft", "unpublished"),
            "unpublish": ("published",),
            "archive": ("published", "unpublished"),
            "unarchive": ("archived",),
        }.get(verb, ("draft", "published", "unpublished"))
        alone = verb == "archive" or self._desk.dice.random() > STOCK_TOO
        fits = [
            one
            for one in self._desk.known.values()
            if one.status in statuses and not (alone and one.article_id.startswith("stock"))
        ]
        return self._desk.dice.choice(fits) if fits else None

    async def _create(self) -> None:
        if len([name for name in self._desk.known if not name.startswith("stock")]) >= MOST_OWN:
            return
        self._written += 1
        fields = content(f"{self._name}-{self._written}", self._language(self._written), self._desk.send())
        article = await self._desk.call("POST", "/articles", json=fields)
        self._desk.take(article)
        self._desk.take(await self._desk.call("POST", f"/articles/{article['id']}/publish"))

    async def _change(self, article: Shown) -> None:
        """What one sees first, as a page does: a file, or another editor, may have been faster."""
        now = await self._desk.call("GET", f"/articles/{article.article_id}")
        given = content(now["subject"], now["language"], self._desk.send())
        body = {**given, "version": now["version"]}
        try:
            self._desk.take(await self._desk.call("PUT", f"/articles/{article.article_id}", json=body))
        except Refused:
            self._desk.known[article.article_id] = Shown.of(article.article_id, now)
            raise

    def _language(self, number: int) -> str:
        return "zh" if number % CHINESE == 0 else "en"


def content(name: str, language: str, stamp: str, *, asked_anew: bool = True) -> dict[str, Any]:
    """An article of that name. The stamp is in the answer and the tags; where it is `asked_anew`, in its questions too.

    Their vectors are what takes long: without it there is but one, in the words that it has always had.
    """
    letters = random.Random(name)
    thing = "".join(letters.choices(SIGNS if language == "zh" else SYLLABLES, k=5))
    asks = [form.format(thing) for form in ASKS[language]]
    letters.shuffle(asks)
    mark = f" {stamp}" if asked_anew else ""
    return {
        "language": language,
        "question": f"{asks[0]}{mark}",
        "variants": [f"{asks[1]}{mark}"] if asked_anew else [],
        "answer": f"{ANSWERS[language].format(thing)} {stamp}",
        "tags": [stamp],
    }


def rows_of(numbers: list[int], stamp: str) -> list[dict[str, Any]]:
    """What a file says of these of the STOCK articles."""
    found = []
    for place, number in enumerate(numbers):
        language = "zh" if number % CHINESE == 0 else "en"
        fields = content(f"stock-{number}", language, stamp, asked_anew=place % ASKED_ANEW == 0)
        found.append({"id": f"stock-{number}.{language}", **fields})
    return found


async def bring(desk: Desk) -> None:
    """Import a file, and wait until it says how that ended. Raises one of AWAY."""
    with desk.at("import"):
        stamp = desk.send(FILE_ROWS)
        rows = rows_of(desk.dice.sample(range(STOCK), FILE_ROWS), stamp)
        form = aiohttp.FormData()
        form.add_field("file", json.dumps(rows).encode(), filename=f"{stamp}.json")
        brought = await desk.call("POST", "/imports", data=form, params={"duplicates": "take"})
        desk.journal.append(Accepted(stamp, brought["id"]))
        state = await _end(desk, brought["id"])
        desk.journal.append(Ended(stamp, brought["id"], state))
    if state == "done":
        await look_again(desk)


async def _end(desk: Desk, import_id: str) -> str:
    """`checked`: others went on changing its articles. It is for an editor to say that it is to be applied."""
    async with asyncio.timeout(IMPORT_SECONDS):
        while True:
            found = await desk.call("GET", f"/imports/{import_id}", params={"limit": "1"})
            if found["state"] in ("done", "refused"):
                return str(found["state"])
            if found["state"] == "checked":
                await desk.call("POST", f"/imports/{import_id}/apply")
            await asyncio.sleep(LOOK_SECONDS)


async def look_again(desk: Desk) -> None:
    """See all articles as they are now."""
    after: dict[str, str] = {}
    while True:
        page = await desk.call("GET", "/articles", params={"status": "all", "limit": "200", **after})
        desk.known |= {one["id"]: Shown.of(one["id"], one) for one in page["items"]}
        if "next" not in page:
            return
        after = {"after": page["next"]}
