"""What customers asked in vain, over HTTP. Reading is for all staff, deciding for editors."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from bot.core import calls, errors
from bot.core.auth import Role, Staff
from bot.core.http import Db, require
from bot.core.shapes import Cursor, Storable
from bot.knowledge.gaps import service
from bot.knowledge.gaps.schemas import AnswerIn, AssignIn, DismissIn, ListIn
from bot.knowledge.gaps.service import GAPS
from bot.knowledge.inbox import clusters, moving, sorting, telling, views
from bot.knowledge.inbox.models import Cluster, State
from bot.knowledge.inbox.schemas import ClusterOut, ClustersOut, MergeIn, SplitIn, TellIn, ToldOut, WholeOut
from bot.knowledge.inbox.views import Filters

router = APIRouter(prefix="/knowledge/gaps", tags=["knowledge"], route_class=calls.Call)
Reader = Annotated[Staff, Depends(require())]
Editor = Annotated[Staff, Depends(require(Role.EDITOR))]
ClusterId = Annotated[str, Path(min_length=1, max_length=32), Storable]
Json = dict[str, Any]
STEP = calls.told(ClusterOut, errors.NotFound, errors.Conflict, by="staff")
STATES = {"all": (State.OPEN, State.ANSWERED, State.DISMISSED)}


@router.get("", **calls.told(ClustersOut, by="staff", body=False))
def listed(asked: Annotated[ListIn, Query()], _reader: Reader, db: Db) -> Json:
    """Questions that could not be answered or whose answer did not help, put together where they mean the same.

    Most people first; of as many people, what is asked more often than a week ago. What was asked just now is there.
    """
    sorting.do_catch_up(db, GAPS)
    states = STATES.get(asked.state) or (State(asked.state),)
    filters = Filters(states, language=asked.language, assignee=asked.assignee)
    with db.snapshot() as session:
        return views.page(session, GAPS, filters=filters, after=asked.after, limit=asked.limit)


@router.get("/{cluster_id}", **calls.told(WholeOut, errors.NotFound, by="staff", body=False))
def one(
    cluster_id: ClusterId,
    _reader: Reader,
    db: Db,
    after: Annotated[Cursor, Query()] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> Json:
    """All its questions, what was done with it, and how many people were told. An id that was merged leads on."""
    sorting.do_catch_up(db, GAPS)
    with db.snapshot() as session:
        return views.whole(session, clusters.access(session, GAPS, cluster_id), GAPS, after=after, limit=limit)


@router.post("/{cluster_id}/answer", **STEP)
def answer(cluster_id: ClusterId, given: AnswerIn, editor: Editor, db: Db) -> Json:
    """Say which article answers it; with `as_variant` the question becomes a wording of it, published at once.

    `409` when the article is at another `version` by now, or is not published. Asked in vain once more, it is open
    again.
    """
    with db.transaction() as session:
        return _out(session, service.do_answer(session, cluster_id=cluster_id, staff=editor, **given.model_dump()))


@router.post("/{cluster_id}/dismiss", **STEP)
def dismiss(cluster_id: ClusterId, given: DismissIn, editor: Editor, db: Db) -> Json:
    """It needs no answer, for a reason. It stays so, however often it is asked."""
    with db.transaction() as session:
        found = service.do_dismiss(session, cluster_id=cluster_id, reason=given.reason, staff=editor)
        return _out(session, found)


@router.post("/{cluster_id}/assign", **STEP)
def assign(cluster_id: ClusterId, given: AssignIn, editor: Editor, db: Db) -> Json:
    """Give it to an editor to see to, or with `null` to nobody."""
    with db.transaction() as session:
        found = service.do_assign(session, cluster_id=cluster_id, staff_id=given.staff_id, staff=editor)
        return _out(session, found)


@router.post("/{cluster_id}/reopen", **calls.told(ClusterOut, errors.NotFound, by="staff", body=False))
def reopen(cluster_id: ClusterId, editor: Editor, db: Db) -> Json:
    """It is open after all."""
    with db.transaction() as session:
        return _out(session, service.do_reopen(session, cluster_id=cluster_id, staff=editor))


@router.post("/{cluster_id}/merge", **STEP)
def merge(cluster_id: ClusterId, given: MergeIn, editor: Editor, db: Db) -> Json:
    """It means the same as another: its questions, and those like them that are still to come, go there."""
    with db.transaction() as session:
        into = moving.do_merge(session, GAPS, cluster_id=cluster_id, into=given.into, staff=editor)
        return _out(session, into)


@router.post("/{cluster_id}/split", **STEP)
def split(cluster_id: ClusterId, given: SplitIn, editor: Editor, db: Db) -> Json:
    """These questions mean something else: the new cluster that they are in from now on."""
    with db.transaction() as session:
        new = moving.do_split(session, GAPS, cluster_id=cluster_id, message_ids=given.message_ids, staff=editor)
        return _out(session, new)


@router.post("/{cluster_id}/tell", **calls.told(ToldOut, errors.NotFound, errors.Conflict, by="staff"))
def tell(cluster_id: ClusterId, given: TellIn, editor: Editor, db: Db) -> Json:
    """Tell those who asked that there is an answer now, each once. Where an agent speaks it is suggested to them."""
    return telling.do_tell(db, GAPS, cluster_id=cluster_id, text=given.text, compose=service.news, staff=editor)


def _out(session: Any, cluster: Cluster) -> Json:
    session.flush()
    return views.one(session, cluster, GAPS)
