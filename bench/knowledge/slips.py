"""Questions with slips: how many of them get their article, and how many a wrong one."""

from pathlib import Path

import yaml

from bench.report import Row, say
from knowledge_index import seed
from knowledge_index.client import Found, KnowledgeClient

ASKED = Path(__file__).with_name("slips.yml")


async def measure(client: KnowledgeClient) -> None:
    await client.replace(seed.articles())
    for language, rows in yaml.safe_load(ASKED.read_text("utf-8")).items():
        say(f"slips, {language}")
        found = [(await client.search(row["asked"], language=language, timeout=30), row["answers"]) for row in rows]
        right = [_first(one) in answers for one, answers in found]
        answered = [hit for hit, (one, _) in zip(right, found, strict=True) if one.decision == "answer"]
        how, many = f"{len(rows)} questions of our own", len(rows)
        Row(f"slips, {language}, right article first", sum(right) / many, "share", how).show("knowledge")
        Row(f"slips, {language}, answered rightly", sum(answered) / many, "share", how).show("knowledge")
        wrongly = (len(answered) - sum(answered)) / many
        Row(f"slips, {language}, answered wrongly", wrongly, "share", how, less_is_better=True).show("knowledge")


def _first(found: Found) -> str | None:
    return found.hits[0].article_id.rsplit(".", 1)[0] if found.hits else None
