"""Questions put together by meaning, against words alone; and a list of 100,000 that is still a list."""

import asyncio
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from bench.report import figure, percentile, say
from bot import migrations
from bot.chat.models import Conversation, Customer, Message
from bot.core import clock
from bot.core.db import Database
from bot.core.tables import Base
from bot.knowledge.gaps.models import Gap
from bot.knowledge.gaps.service import GAPS
from bot.knowledge.inbox import sorting, views, wording
from bot.knowledge.inbox.models import State
from bot.knowledge.inbox.sorter import Sorter
from knowledge_index.client import KnowledgeClient

ROOM = "knowledge"
GROUPS = Path(__file__).parent / "groups"
ORDERS = 5
GAPS_LISTED = 100_000
CLUSTERS_LISTED = 20_000
ROUNDS = 200
Partition = Sequence[str]


async def measure(client: KnowledgeClient) -> None:
    for language in ("en", "zh"):
        await _grouping(client, language)
    await asyncio.to_thread(_listing)


async def _grouping(client: KnowledgeClient, language: str) -> None:
    """Over several orders in which they could come, since each is placed by what came before it."""
    groups = read(language)
    found = []
    say(f"sorting {sum(map(len, groups))} questions in {language}, {ORDERS} times")
    for order in range(ORDERS):
        asked = [(text, str(group)) for group, texts in enumerate(groups) for text in texts]
        random.Random(order).shuffle(asked)
        with _database() as db:
            _ask(db, language, [text for text, _ in asked])
            await Sorter(db, client, (GAPS,)).sort()
            found.append(b_cubed(_placed(db, [text for text, _ in asked]), [group for _, group in asked]))
    precision, recall = (sum(one[part] for one in found) / ORDERS for part in (0, 1))
    alone = b_cubed([wording.key(text) for text, _ in asked], [group for _, group in asked])
    both = {"precision": round(precision, 3), "recall": round(recall, 3), "words alone": round(_f(*alone), 3)}
    value = _f(precision, recall)
    measure = f"questions put together by meaning, {language} (B-cubed F)"
    figure(ROOM, measure, value, "", target=">= 0.7, precision >= 0.8", ok=value >= 0.7 and precision >= 0.8,
           compared_to=both, how=f"{len(groups)} groups written for this, mean of {ORDERS} orders")  # fmt: skip


def read(language: str) -> list[list[str]]:
    lines = (GROUPS / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    return [line.split(" | ") for line in lines if line and not line.startswith("#")]


def b_cubed(found: Partition, meant: Partition) -> tuple[float, float]:
    """Precision and recall (Bagga and Baldwin, 1998): of each one's companions, who belongs there; of those who
    belong, who is there."""
    together: dict[tuple[str, str], int] = defaultdict(int)
    for pair in zip(found, meant, strict=True):
        together[pair] += 1
    of_found, of_meant = ([*map(one.count, one)] for one in ([*found], [*meant]))
    shared = [together[pair] for pair in zip(found, meant, strict=True)]
    count = len(shared)
    return (
        sum(both / size for both, size in zip(shared, of_found, strict=True)) / count,
        sum(both / size for both, size in zip(shared, of_meant, strict=True)) / count,
    )


def _f(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall)


@contextmanager
def _database() -> Iterator[Database]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        migrations.upgrade(url)
        db = Database(url)
        try:
            yield db
        finally:
            db.close()


def _ask(db: Database, language: str, texts: Sequence[str], *, people: int = 1_000) -> None:
    """A gap a text, each from its own conversation."""
    moment = clock.now()
    tables: dict[type[Base], list[dict[str, Any]]] = {Customer: [], Conversation: [], Message: [], Gap: []}
    for number, text in enumerate(texts):
        at, person = moment - timedelta(seconds=len(texts) - number), f"person-{number % people}"
        thread, message = f"conversation-{number}", f"message-{number}"
        if number < people:
            tables[Customer].append({"id": person, "person_key": person, "created_at": at})
        door = {"customer_id": person, "channel": "web", "family": "chat", "created_at": at}
        tables[Conversation].append({"id": thread, **door})
        said = {"conversation_id": thread, "text": text, "at": at}
        tables[Message].append({"id": message, "seq": 1, "author": "customer", **said})
        kept = {"customer_id": person, "language": language, "reason": "unanswered"}
        tables[Gap].append({"message_id": message, **said, **kept})
    with db.transaction() as session:
        for table, rows in tables.items():
            session.execute(insert(table), rows)


def _placed(db: Database, texts: Sequence[str]) -> list[str]:
    with db.snapshot() as session:
        of_text = {gap.text: str(gap.cluster_id) for gap in session.scalars(select(Gap))}
    return [of_text[text] for text in texts]


def _listing() -> None:
    """Half of all questions are rare, the others come in waves: the first page shows the largest clusters."""
    say(f"writing {GAPS_LISTED:,} questions")
    chance = random.Random(1)
    texts = [f"question number {int(CLUSTERS_LISTED * chance.random() ** 3)}" for _ in range(GAPS_LISTED)]
    with _database() as db:
        _ask(db, "en", texts, people=10_000)
        started = time.perf_counter()
        with db.transaction() as session:
            while sorting.do_sort_by_words(session, GAPS):
                pass
        rate = GAPS_LISTED / (time.perf_counter() - started)
        figure(ROOM, "questions sorted by words", rate, "1/s", target=">= 500", ok=rate >= 500)
        took = [_one_page(db) for _ in range(ROUNDS)]
    p99 = 1000 * percentile(took, 0.99)
    figure(ROOM, f"the first 50 of {GAPS_LISTED:,} questions listed, p99", p99, "ms", target="<= 50", ok=p99 <= 50)


def _one_page(db: Database) -> float:
    started = time.perf_counter()
    with db.snapshot() as session:
        filters = views.Filters((State.OPEN,))
        page = views.page(session, GAPS, filters=filters, after="", limit=50)
    assert len(page["items"]) == 50
    return time.perf_counter() - started
