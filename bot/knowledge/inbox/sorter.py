"""Sorting by meaning: vectors come from the knowledge service, outside any transaction; else words count alone."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot import wire
from bot.core.db import Database
from bot.knowledge.inbox import clusters, moving, sorting, space
from bot.knowledge.inbox.clusters import Box
from bot.knowledge.inbox.models import Cluster, Placed, Sorting, State
from bot.knowledge.inbox.space import Space, Vector
from knowledge_index.client import KnowledgeClient, KnowledgeRefused, KnowledgeUnavailable

CLUSTERS_AT_ONCE = 32
WORDINGS_AT_ONCE = 40
"""Of one cluster; more say little new about where it lies."""
MOST_CENTRES = 20_000
"""The newest of a language: 30 MB, compared in some milliseconds."""
NO_CENTRE = ""
EMBED_SECONDS = 10.0
REST_SECONDS = 0.1
"""Where there is much to place, customers' turns come in between."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wording:
    """A wording of a cluster that has no vector yet; the row that is to hold it."""

    cluster_id: str
    language: str
    message_id: str
    text: str


class Sorter:
    """One a process. It remembers the centres, as long as nobody else has changed any."""

    def __init__(self, db: Database, client: KnowledgeClient, boxes: Sequence[Box]) -> None:
        self._db = db
        self._client = client
        self._boxes = boxes
        self._middles: dict[tuple[str, str], Vector] = {}
        self._spaces: dict[tuple[str, str], Space] = {}
        self._stamps: dict[str, int] = {}

    async def sort(self) -> None:
        """Whatever is to be sorted now. Safe to repeat, and beside others."""
        for box in self._boxes:
            while await asyncio.to_thread(self._by_words, box) == sorting.AT_ONCE:
                pass
            try:
                while await self._by_meaning(box):
                    pass
            except KnowledgeUnavailable:
                log.debug("sorting by words alone", extra={"kind": box.kind})
            except KnowledgeRefused as refused:
                log.warning("sorting by words alone", extra={"kind": box.kind, "cause": refused.code})
            while await asyncio.to_thread(self._count_again, box) == sorting.AT_ONCE:
                pass

    def _by_words(self, box: Box) -> int:
        with self._db.snapshot() as session:
            if not sorting.is_due(session, box):
                return 0
        with self._db.transaction() as session:
            return sorting.do_sort_by_words(session, box)

    def _count_again(self, box: Box) -> int:
        with self._db.snapshot() as session:
            if not sorting.is_count_due(session, box):
                return 0
        with self._db.transaction() as session:
            return sorting.do_count_again(session, box)

    async def _by_meaning(self, box: Box) -> bool:
        """Place some clusters; whether there may be more."""
        ids, wordings = await asyncio.to_thread(self._unplaced, box)
        if not ids:
            return False
        vectors: dict[str, str] = {}
        digests: dict[str, str] = {}
        by_language = defaultdict[str, list[Wording]](list)
        for one in wordings:
            by_language[one.language].append(one)
        for language, some in by_language.items():
            digests[wire.embedding_of(language)] = await self._embed(language, some, vectors)
        await asyncio.to_thread(self._place, box, ids, vectors, digests)
        await asyncio.sleep(REST_SECONDS)
        return True

    async def _embed(self, language: str, wordings: Sequence[Wording], vectors: dict[str, str]) -> str:
        """Fill in a packed vector a message, none for a text that has none; the digest of the model."""
        key = wire.embedding_of(language)
        texts = [one.text for one in wordings]
        found = await self._client.embedded(texts, model=key, timeout=EMBED_SECONDS)
        if (language, found.digest) not in self._middles:
            usual = await self._client.embed(space.ordinary(language), model=key, timeout=EMBED_SECONDS)
            self._middles[language, found.digest] = space.middle(usual)
        centre = self._middles[language, found.digest]
        for one, vector in zip(wordings, found.vectors, strict=True):
            vectors[one.message_id] = NO_CENTRE if vector is None else space.pack(space.around(centre, vector))
        return found.digest

    def _unplaced(self, box: Box) -> tuple[list[str], list[Wording]]:
        with self._db.snapshot() as session:
            waiting = select(Cluster.id).where(
                Cluster.kind == box.kind, Cluster.centre.is_(None), Cluster.state != State.MERGED
            )
            ids = list(session.scalars(waiting.order_by(Cluster.id).limit(CLUSTERS_AT_ONCE)))
            return ids, [wording for cluster_id in ids for wording in _without_vector(session, box, cluster_id)]

    def _place(self, box: Box, ids: Sequence[str], vectors: dict[str, str], digests: dict[str, str]) -> None:
        stamp = self._stamps.pop(box.kind, None)
        with self._db.transaction() as session:
            held = clusters.do_hold(session, box)
            if _is_another_model(session, box, held, digests):
                return
            if stamp != held.stamp:
                self._spaces = {key: one for key, one in self._spaces.items() if key[0] != box.kind}
            _do_keep_vectors(session, box, vectors)
            placed = select(Cluster).where(Cluster.id.in_(ids), Cluster.centre.is_(None), Cluster.state != State.MERGED)
            for cluster in session.scalars(placed.order_by(Cluster.id)).all():
                self._place_one(session, box, cluster)
            held.stamp += 1
            clusters.tell(session, box.kind)
        self._stamps[box.kind] = held.stamp

    def _place_one(self, session: Session, box: Box, cluster: Cluster) -> None:
        vectors = _vectors(session, box, cluster)
        if not vectors:
            cluster.centre = NO_CENTRE
            return
        centre = space.mean(vectors)
        near = self._space(session, box, cluster.language)
        nearest = near.nearest(centre) if cluster.placed == Placed.WORDS else None
        if nearest is not None:
            grown = session.get_one(Cluster, nearest)
            near.put(grown.id, _grow(grown, vectors))
            target = clusters.access(session, box, nearest)
            at = cluster.last_at
            moving.do_unite(session, box, cluster, target)
            clusters.do_come_again(session, box, target, at=at)
            _do_name(session, box, target)
        else:
            cluster.centre, cluster.wordings = space.pack(centre), len(vectors)
            cluster.placed = Placed.MEANING if cluster.placed == Placed.WORDS else cluster.placed
            near.put(cluster.id, centre)
            _do_name(session, box, cluster)

    def _space(self, session: Session, box: Box, language: str) -> Space:
        key = (box.kind, language)
        if key not in self._spaces:
            centres = select(Cluster.id, Cluster.centre).where(
                Cluster.kind == box.kind, Cluster.language == language, Cluster.centre > NO_CENTRE
            )
            newest = centres.order_by(Cluster.last_at.desc()).limit(MOST_CENTRES)
            self._spaces[key] = Space([(one, centre) for one, centre in session.execute(newest) if centre])
        return self._spaces[key]


def _grow(cluster: Cluster, vectors: Sequence[Vector]) -> Vector:
    centre = space.joined(space.unpack(cluster.centre or NO_CENTRE), cluster.wordings, vectors)
    cluster.centre, cluster.wordings = space.pack(centre), cluster.wordings + len(vectors)
    return centre


def _without_vector(session: Session, box: Box, cluster_id: str) -> list[Wording]:
    rows = box.rows
    of_wording = select(func.min(rows.message_id)).where(rows.cluster_id == cluster_id, rows.wording.is_not(None))
    bare = of_wording.group_by(rows.wording).having(func.max(rows.vector).is_(None)).limit(WORDINGS_AT_ONCE)
    found = select(rows.message_id, rows.language, rows.text).where(rows.message_id.in_(bare))
    return [Wording(cluster_id, language, message_id, text) for message_id, language, text in session.execute(found)]


def _is_another_model(session: Session, box: Box, held: Sorting, digests: dict[str, str]) -> bool:
    """Whether vectors come from other models than those that are kept, which then go: all are asked for again."""
    changed = [key for key, digest in digests.items() if held.digests.get(key, digest) != digest]
    held.digests = {**held.digests, **digests}
    for key in changed:
        english = key == wire.EMBEDDING_EN
        for table, gone in ((Cluster, {"centre": None}), (box.rows, {"vector": None})):
            theirs = table.language == "en" if english else table.language != "en"
            if table is Cluster:
                theirs &= Cluster.kind == box.kind
            session.execute(update(table).where(theirs).values(**gone).execution_options(synchronize_session=False))
        held.stamp += 1
    return bool(changed)


def _do_keep_vectors(session: Session, box: Box, vectors: dict[str, str]) -> None:
    for message_id, packed in vectors.items():
        kept = update(box.rows).where(box.rows.message_id == message_id).values(vector=packed)
        session.execute(kept.execution_options(synchronize_session=False))


def _vectors(session: Session, box: Box, cluster: Cluster) -> list[Vector]:
    """Of each wording one."""
    rows = box.rows
    found = select(func.max(rows.vector)).where(rows.cluster_id == cluster.id, rows.vector > NO_CENTRE)
    packed = session.scalars(found.group_by(rows.wording).limit(WORDINGS_AT_ONCE))
    return [space.unpack(one) for one in packed if one]


def _do_name(session: Session, box: Box, cluster: Cluster) -> None:
    """After the wording that is nearest to all the others."""
    rows = box.rows
    found = select(func.min(rows.text), func.max(rows.vector), func.count()).where(rows.cluster_id == cluster.id)
    usual = found.group_by(rows.wording).having(func.max(rows.vector) > NO_CENTRE)
    said = session.execute(usual.order_by(func.count().desc(), func.min(rows.at)).limit(WORDINGS_AT_ONCE)).all()
    if said:
        vectors = [space.unpack(vector or NO_CENTRE) for _, vector, _ in said]
        best = space.central(vectors, [times for *_, times in said])
        cluster.name = clusters.named(said[best][0])
