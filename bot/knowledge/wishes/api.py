"""What customers wish for, over HTTP. Reading is for all staff; editors put in order, they and supervisors decide."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.orm import Session

from bot.core import calls, errors
from bot.core.auth import Role, Staff
from bot.core.http import Db, require
from bot.core.shapes import Cursor, Storable
from bot.knowledge.inbox import clusters, moving, sorting, telling, views
from bot.knowledge.inbox.models import Cluster, State
from bot.knowledge.inbox.schemas import MergeIn, SplitIn, TellIn, ToldOut
from bot.knowledge.inbox.views import Filters
from bot.knowledge.wishes import service
from bot.knowledge.wishes.schemas import ListIn, OwnerIn, VerdictIn, WholeWishOut, WishesOut, WishOut
from bot.knowledge.wishes.service import WISHES
from bot.policy.current import Rules

router = APIRouter(prefix="/knowledge/wishes", tags=["knowledge"], route_class=calls.Call)
Reader = Annotated[Staff, Depends(require())]
Editor = Annotated[Staff, Depends(require(Role.EDITOR))]
Judge = Annotated[Staff, Depends(require(Role.EDITOR, Role.SUPERVISOR))]
ClusterId = Annotated[str, Path(min_length=1, max_length=32), Storable]
Json = dict[str, Any]
STEP = calls.told(WishOut, errors.NotFound, by="staff")
STATES = {"all": (State.OPEN, State.PLANNED, State.NO, State.DONE)}


@router.get("", **calls.told(WishesOut, by="staff", body=False))
def listed(asked: Annotated[ListIn, Query()], _reader: Reader, db: Db) -> Json:
    """Wishes, put together where they mean the same; most people first, of as many people what is wished more often
    than a week ago."""
    sorting.do_catch_up(db, WISHES)
    states = STATES.get(asked.state) or (State(asked.state),)
    filters = Filters(states, language=asked.language, department=asked.department)
    with db.snapshot() as session:
        page = views.page(session, WISHES, filters=filters, after=asked.after, limit=asked.limit)
    return {**page, "items": [_with_verdict(item) for item in page["items"]]}


@router.get("/{cluster_id}", **calls.told(WholeWishOut, errors.NotFound, by="staff", body=False))
def one(
    cluster_id: ClusterId,
    _reader: Reader,
    db: Db,
    after: Annotated[Cursor, Query()] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> Json:
    """All its messages, what was done with it, and how many people were told. An id that was merged leads on."""
    sorting.do_catch_up(db, WISHES)
    with db.snapshot() as session:
        cluster = clusters.access(session, WISHES, cluster_id)
        return _with_verdict(views.whole(session, cluster, WISHES, after=after, limit=limit))


@router.post("/{cluster_id}/owner", **STEP)
def own(cluster_id: ClusterId, given: OwnerIn, judge: Judge, db: Db, policy: Rules) -> Json:
    """Make a department responsible."""
    with db.transaction() as session:
        department = given.department
        found = service.do_give(session, policy=policy, cluster_id=cluster_id, department=department, staff=judge)
        return _out(session, found)


@router.post("/{cluster_id}/verdict", **STEP)
def verdict(cluster_id: ClusterId, given: VerdictIn, judge: Judge, db: Db) -> Json:
    """Say what becomes of it, and why. A later verdict takes the place of an earlier one."""
    with db.transaction() as session:
        state = State(given.verdict)
        return _out(
            session, service.do_judge(session, cluster_id=cluster_id, verdict=state, why=given.why, staff=judge)
        )


@router.post("/{cluster_id}/merge", **STEP)
def merge(cluster_id: ClusterId, given: MergeIn, editor: Editor, db: Db) -> Json:
    """It means the same as another: its messages, and those like them that are still to come, go there."""
    with db.transaction() as session:
        into = moving.do_merge(session, WISHES, cluster_id=cluster_id, into=given.into, staff=editor)
        return _out(session, into)


@router.post("/{cluster_id}/split", **STEP)
def split(cluster_id: ClusterId, given: SplitIn, editor: Editor, db: Db) -> Json:
    """These messages mean something else: the new cluster that they are in from now on."""
    with db.transaction() as session:
        new = moving.do_split(session, WISHES, cluster_id=cluster_id, message_ids=given.message_ids, staff=editor)
        return _out(session, new)


@router.post("/{cluster_id}/tell", **calls.told(ToldOut, errors.NotFound, errors.Conflict, by="staff"))
def tell(cluster_id: ClusterId, given: TellIn, judge: Judge, db: Db) -> Json:
    """Tell those who wished it what was decided, each once. Where an agent speaks it is suggested to them."""
    return telling.do_tell(db, WISHES, cluster_id=cluster_id, text=given.text, compose=service.news, staff=judge)


def _out(session: Session, cluster: Cluster) -> Json:
    session.flush()
    return _with_verdict(views.one(session, cluster, WISHES))


def _with_verdict(item: Json) -> Json:
    if item["state"] == State.OPEN:
        return item
    return {**item, "verdict": item["state"], "why": item.get("reason")}
