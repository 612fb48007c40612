"""What has come in is put where it belongs: by its words on the spot, by its meaning once its vector is there."""

import functools
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Update, bindparam, select, update
from sqlalchemy.orm import Session

from bot.core import clock
from bot.core.db import Database
from bot.knowledge.inbox import clusters, wording
from bot.knowledge.inbox.clusters import Box
from bot.knowledge.inbox.models import Cluster, Kept

AT_ONCE = 200
Place = tuple[str, str]
"""A language, and the key of a wording in it."""


def do_catch_up(db: Database, box: Box) -> None:
    """Sort by words what nobody has sorted yet, and count what time has changed: whoever looks at the list sees all
    that was asked until then, ranked as of now."""
    with db.snapshot() as session:
        if not is_due(session, box) and not is_count_due(session, box):
            return
    with db.transaction() as session:
        do_sort_by_words(session, box)
        do_count_again(session, box)


def is_due(session: Session, box: Box) -> bool:
    return session.scalar(select(box.rows.message_id).where(box.rows.cluster_id.is_(None)).limit(1)) is not None


def do_sort_by_words(session: Session, box: Box, *, limit: int = AT_ONCE) -> int:
    """Put new rows to the same words in the same language, else into clusters of their own; returns how many."""
    clusters.do_hold(session, box)
    rows = box.rows
    new = select(rows.message_id, rows.language, rows.text, rows.at).where(rows.cluster_id.is_(None))
    found = session.execute(new.order_by(rows.at, rows.message_id).limit(limit)).all()
    if not found:
        return 0
    first, newest = dict[Place, str](), dict[str, datetime]()
    for row in found:
        first.setdefault(_place(row), row.text)
    places = _places(session, box, first)
    placed = []
    for row in found:
        place = _place(row)
        placed.append({"of": row.message_id, "into": places[place].id, "said": place[1]})
        newest[places[place].id] = row.at
    session.connection().execute(_placing(box), placed)
    touched = {cluster.id: cluster for cluster in places.values()}
    clusters.do_count(session, box, *touched.values())
    for cluster in touched.values():
        clusters.do_come_again(session, box, cluster, at=newest[cluster.id])
    clusters.tell(session, box.kind)
    return len(found)


def _place(row: Any) -> Place:
    return row.language, wording.key(row.text)


def _places(session: Session, box: Box, texts: dict[Place, str]) -> dict[Place, Cluster]:
    """Where each wording was put last; a new cluster for one that is new."""
    known = {place: _of_wording(session, box, *place) for place in texts}
    opened = {
        place: clusters.opened(box, language=place[0], name=text)
        for place, text in texts.items()
        if known[place] is None
    }
    session.add_all(opened.values())
    session.flush()
    return {place: known[place] or opened[place] for place in texts}


def do_count_again(session: Session, box: Box, *, limit: int = AT_ONCE) -> int:
    """Count clusters whose trend has changed by time alone; returns how many."""
    clusters.do_hold(session, box)
    found = session.scalars(_to_count(box).limit(limit)).all()
    clusters.do_count(session, box, *found)
    return len(found)


def is_count_due(session: Session, box: Box) -> bool:
    return session.scalar(_to_count(box).limit(1)) is not None


def _to_count(box: Box) -> Select[Cluster]:
    return select(Cluster).where(Cluster.kind == box.kind, Cluster.recount_at <= clock.now())


def _of_wording(session: Session, box: Box, language: str, key: str) -> Cluster | None:
    return session.scalar(_last_of_wording(box.rows), {"language": language, "key": key})


@functools.cache
def _last_of_wording(rows: type[Kept]) -> Select[Cluster]:
    same = (rows.language == bindparam("language")) & (rows.wording == bindparam("key"))
    placed = select(Cluster).join(rows, rows.cluster_id == Cluster.id).where(same)
    return placed.order_by(rows.at.desc(), rows.message_id.desc()).limit(1)


def _placing(box: Box) -> Update:
    placed = update(box.rows).where(box.rows.message_id == bindparam("of"))
    return placed.values(cluster_id=bindparam("into"), wording=bindparam("said"))
