"""What has come in is put where it belongs: by its words on the spot, by its meaning once its vector is there."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.core import clock
from bot.core.db import Database
from bot.knowledge.inbox import clusters, wording
from bot.knowledge.inbox.clusters import Box
from bot.knowledge.inbox.models import Cluster, Kept

AT_ONCE = 200


def do_catch_up(db: Database, box: Box) -> None:
    """Sort by words what nobody has sorted yet: whoever looks at the list sees all that was asked until then."""
    with db.snapshot() as session:
        if not is_due(session, box):
            return
    with db.transaction() as session:
        do_sort_by_words(session, box)


def is_due(session: Session, box: Box) -> bool:
    return session.scalar(select(box.rows.message_id).where(box.rows.cluster_id.is_(None)).limit(1)) is not None


def do_sort_by_words(session: Session, box: Box, *, limit: int = AT_ONCE) -> int:
    """Put new rows to the same words in the same language, else into clusters of their own; returns how many."""
    clusters.do_hold(session, box)
    new = select(box.rows).where(box.rows.cluster_id.is_(None)).order_by(box.rows.at, box.rows.message_id).limit(limit)
    rows = session.scalars(new.execution_options(populate_existing=True)).all()
    found: dict[tuple[str, str], Cluster] = {}
    for row in rows:
        row.wording = wording.key(row.text)
        place = (row.language, row.wording)
        cluster = found.get(place) or _of_wording(session, box, *place) or _new(session, box, row)
        found[place] = cluster
        row.cluster_id = cluster.id
        session.flush()
        clusters.do_come_again(session, box, cluster, at=row.at)
    for cluster in {cluster.id: cluster for cluster in found.values()}.values():
        clusters.do_count(session, box, cluster)
    if rows:
        clusters.tell(session, box.kind)
    return len(rows)


def do_count_again(session: Session, box: Box, *, limit: int = AT_ONCE) -> int:
    """Count clusters whose trend has changed by time alone; returns how many."""
    clusters.do_hold(session, box)
    found = session.scalars(_to_count(box).limit(limit)).all()
    for cluster in found:
        clusters.do_count(session, box, cluster)
    return len(found)


def is_count_due(session: Session, box: Box) -> bool:
    return session.scalar(_to_count(box).limit(1)) is not None


def _to_count(box: Box) -> Select[Cluster]:
    return select(Cluster).where(Cluster.kind == box.kind, Cluster.recount_at <= clock.now())


def _of_wording(session: Session, box: Box, language: str, key: str) -> Cluster | None:
    """Where the same words were put last."""
    rows = box.rows
    same = select(rows.cluster_id).where(
        rows.language == language, rows.wording == key, rows.cluster_id.is_not(None)
    )  # fmt: skip
    cluster_id = session.scalar(same.order_by(rows.at.desc(), rows.message_id.desc()).limit(1))
    return session.get(Cluster, cluster_id) if cluster_id is not None else None


def _new(session: Session, box: Box, row: Kept) -> Cluster:
    return clusters.do_open(session, box, language=row.language, name=row.text)
