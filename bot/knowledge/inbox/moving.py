"""What an editor puts together or takes apart stays so, and what a customer takes back is gone."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from bot.core import errors
from bot.core.auth import Staff
from bot.knowledge.inbox import clusters
from bot.knowledge.inbox.clusters import Box
from bot.knowledge.inbox.models import Cluster, Placed, State, Telling

ERASED = "[erased]"
"""The name of a cluster of which no words are left."""


def do_merge(session: Session, box: Box, *, cluster_id: str, into: str, staff: Staff) -> Cluster:
    """The cluster that holds both now. Both centres go on drawing what is like them. Raises Invalid."""
    cluster = clusters.hold(session, box, cluster_id)
    target = clusters.hold(session, box, into)
    if target.id == cluster.id:
        raise errors.Invalid("A group cannot go into itself.", fields={"into": "the same"})
    if target.language != cluster.language:
        raise errors.Invalid("These questions are in different languages.", fields={"into": "another language"})
    if cluster.centre is None:
        clusters.do_unplace(session, box, target)
    do_unite(session, box, cluster, target)
    clusters.do_record(session, target, "merged", staff=staff, cluster=cluster.id)
    do_name_by_words(session, box, target)
    return target


def do_unite(session: Session, box: Box, cluster: Cluster, target: Cluster) -> None:
    """Move all of `cluster` to `target`; whoever knows its id is led there."""
    clusters.do_move(session, box, to=target, where=box.rows.cluster_id == cluster.id)
    _do_move_tellings(session, target, Telling.cluster_id == cluster.id)
    led = update(Cluster).where(Cluster.merged_into == cluster.id).values(merged_into=target.id)
    session.execute(led.execution_options(synchronize_session=False))
    cluster.state, cluster.merged_into = State.MERGED, target.id
    clusters.do_count(session, box, cluster, target)


def do_split(session: Session, box: Box, *, cluster_id: str, message_ids: Sequence[str], staff: Staff) -> Cluster:
    """A new open cluster of these messages. Raises Invalid unless they are some of the cluster's, and not all."""
    cluster = clusters.hold(session, box, cluster_id)
    wanted = [*dict.fromkeys(message_ids)]
    theirs = (box.rows.cluster_id == cluster.id) & box.rows.message_id.in_(wanted)
    found = session.scalars(select(box.rows).where(theirs).order_by(box.rows.at)).all()
    if len(found) < len(wanted):
        raise errors.Invalid("Some of these messages are not in this group.", fields={"message_ids": "unknown"})
    if len(found) == cluster.messages:
        raise errors.Invalid("Some messages have to stay in the group.", fields={"message_ids": "all of them"})
    new = clusters.opened(box, language=cluster.language, name=found[0].text, placed=Placed.HAND)
    session.add(new)
    session.flush()
    clusters.do_move(session, box, to=new, where=theirs)
    _do_move_tellings(session, new, (Telling.cluster_id == cluster.id) & Telling.message_id.in_(wanted))
    clusters.do_count(session, box, cluster, new)
    for one, other in ((cluster, new), (new, cluster)):
        clusters.do_unplace(session, box, one)
        do_name_by_words(session, box, one)
        clusters.do_record(session, one, "split", staff=staff, cluster=other.id, messages=len(wanted))
    return new


def do_forget(session: Session, box: Box, *, conversation_id: str) -> None:
    """Take the words of a conversation out; that something was asked, and when, stays counted where it was."""
    clusters.do_hold(session, box)
    rows = box.rows
    theirs = rows.conversation_id == conversation_id
    unsorted = delete(rows).where(theirs, rows.cluster_id.is_(None))
    session.execute(unsorted.execution_options(synchronize_session=False))
    ids = session.scalars(select(rows.cluster_id).where(theirs, rows.cluster_id.is_not(None)).distinct()).all()
    gone = update(rows).where(theirs).values(text="", wording=None, vector=None)
    session.execute(gone.execution_options(synchronize_session=False))
    for cluster in session.scalars(select(Cluster).where(Cluster.id.in_(ids))):
        clusters.do_unplace(session, box, cluster)
        do_name_by_words(session, box, cluster)


def do_name_by_words(session: Session, box: Box, cluster: Cluster) -> None:
    """What most people said, of as many what was said first; until the most central is known."""
    rows = box.rows
    usual = select(func.min(rows.text)).where(rows.cluster_id == cluster.id, rows.wording.is_not(None))
    ranked = usual.group_by(rows.wording).order_by(func.count(rows.customer_id.distinct()).desc(), func.min(rows.at))
    cluster.name = clusters.named(session.scalar(ranked.limit(1)) or ERASED)


def _do_move_tellings(session: Session, to: Cluster, which: ColumnElement[bool]) -> None:
    moved = update(Telling).where(which).values(cluster_id=to.id)
    session.execute(moved.execution_options(synchronize_session=False))
