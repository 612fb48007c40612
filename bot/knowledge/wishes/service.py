"""What becomes of wishes: who is responsible, and the verdict."""

from sqlalchemy.orm import Session

from bot.chat.models import Conversation
from bot.core import errors
from bot.core.auth import Staff
from bot.knowledge.inbox import clusters, keeping
from bot.knowledge.inbox.clusters import Box
from bot.knowledge.inbox.models import Cluster, Kind, State
from bot.knowledge.inbox.telling import News
from bot.knowledge.wishes.models import Wish
from bot.policy.shapes import Policy

WISHES = Box(Kind.WISH, Wish, frozenset())
OPENINGS = {
    "en": {
        State.PLANNED: "You wished for this: “{question}” It is planned now.",
        State.NO: "You wished for this: “{question}” We looked into it, and it is not going to come.",
        State.DONE: "You wished for this: “{question}” It is there now.",
    },
    "zh": {
        State.PLANNED: "您提过建议：“{question}”，现在已经列入计划。",
        State.NO: "您提过建议：“{question}”，我们认真评估过，暂时不会做。",
        State.DONE: "您提过建议：“{question}”，现在已经实现了。",
    },
}


def do_note(
    session: Session,
    *,
    conversation: Conversation,
    message_id: str,
    text: str,
    source: str,
    language: str | None = None,
) -> None:
    """Keep a wish, without private numbers; a second note on the same message changes nothing."""
    said = {"message_id": message_id, "text": text, "source": source}
    keeping.do_keep(session, WISHES, conversation=conversation, language=language, said=said)


def do_give(session: Session, *, policy: Policy, cluster_id: str, department: str, staff: Staff) -> Cluster:
    """Make a department responsible. Raises Invalid for one that the policy does not have."""
    if department not in policy.teams.departments:
        known = ", ".join(policy.teams.departments)
        raise errors.Invalid("Departments are: {known}.", words={"known": known}, fields={"department": "unknown"})
    cluster = clusters.hold(session, WISHES, cluster_id)
    cluster.department = department
    clusters.do_record(session, cluster, "owner", staff=staff, department=department)
    return cluster


def do_judge(session: Session, *, cluster_id: str, verdict: State, why: str, staff: Staff) -> Cluster:
    """Say what becomes of it, and why; a later verdict takes the place of an earlier one."""
    cluster = clusters.hold(session, WISHES, cluster_id)
    clusters.do_decide(session, cluster, state=verdict, staff=staff, reason=why)
    return cluster


def news(_session: Session, cluster: Cluster, text: str | None) -> News:
    """The verdict with its reason. Raises Conflict while there is none."""
    if cluster.state == State.OPEN:
        raise errors.Conflict("There is no verdict yet to tell of.", fields={"state": cluster.state})
    verdict = State(cluster.state)
    if text is not None:
        return News(verdict, text)
    openings = OPENINGS.get(cluster.language, OPENINGS["en"])
    return News(verdict, cluster.reason or "", openings[verdict])
