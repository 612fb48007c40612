"""What the editors know, and what the database holds: the two sides that the checker compares."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.core.jobs import Job
from bot.knowledge.imports.models import STAGED, Import, ImportPart, ImportRow
from bot.knowledge.models import Article, ArticleVersion

PARTS_OF_CONTENT = ("question", "variants", "answer", "tags")
STAMP = re.compile(r"zq\d{5}")


def stamp_of(number: int) -> str:
    """A word that nothing else has; whoever writes an article puts it into several parts of the content."""
    return f"zq{number:05}"


@dataclass(frozen=True)
class Shown:
    """A version of an article as somebody saw it. `stamps`: those in each part of its content, one entry a part."""

    article_id: str
    version: int
    status: str
    content: str
    stamps: tuple[str, ...]

    @classmethod
    def of(cls, article_id: str, fields: Mapping[str, Any]) -> "Shown":
        parts = [fields[name] for name in PARTS_OF_CONTENT]
        content = sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:32]
        stamps = tuple("+".join(sorted({*STAMP.findall(json.dumps(part))})) for part in parts)
        return cls(article_id, fields["version"], fields["status"], content, stamps)


@dataclass(frozen=True)
class Sent:
    """Content went off, in a call or as a file of `rows` articles; nobody knows yet whether it arrived."""

    stamp: str
    rows: int = 1


@dataclass(frozen=True)
class Acked:
    """A call was answered with the article as it is now."""

    shown: Shown


@dataclass(frozen=True)
class Accepted:
    """A file was taken, to be imported."""

    stamp: str
    import_id: str


@dataclass(frozen=True)
class Ended:
    """An editor was told how an import ended."""

    stamp: str
    import_id: str
    state: str


Entry = Sent | Acked | Accepted | Ended


@dataclass(frozen=True)
class Held:
    """What the database holds. `leftovers`: rows that only work under way needs, by table."""

    articles: Sequence[Shown] = ()
    indexed: frozenset[str] = frozenset()
    versions: Sequence[Shown] = ()
    imports: Mapping[str, str] = field(default_factory=dict)
    failed_jobs: Sequence[str] = ()
    leftovers: Mapping[str, int] = field(default_factory=dict)


def held(session: Session) -> Held:
    """Everything, as it stands."""
    articles = session.scalars(select(Article)).all()
    versions = session.scalars(select(ArticleVersion).order_by(ArticleVersion.article_id, ArticleVersion.version))
    failed = session.execute(select(Job.id, Job.kind, Job.last_error).where(Job.state == "failed"))
    return Held(
        [Shown.of(one.id, one.__dict__) for one in articles],
        frozenset(one.id for one in articles if one.indexed),
        [Shown.of(one.article_id, one.__dict__) for one in versions],
        dict(session.execute(select(Import.id, Import.state)).tuples().all()),
        [f"job {number} ({kind}): {error}" for number, kind, error in failed],
        _leftovers(session),
    )


def _leftovers(session: Session) -> dict[str, int]:
    """Of imports that have come to an end: pieces of files, articles made ready; and reports of no import."""
    ended = select(Import.id).where(Import.state.in_(("done", "refused")))
    parts = select(func.count()).where(ImportPart.import_id.in_(ended))
    staged = select(func.count()).select_from(STAGED).where(STAGED.c.import_id.in_(ended))
    orphans = select(func.count()).where(ImportRow.import_id.not_in(select(Import.id)))
    wanted = {"pieces of files": parts, "articles made ready": staged, "reports of no import": orphans}
    return {name: session.scalar(one) or 0 for name, one in wanted.items()}
