"""What becomes of questions that could not be answered: an answer, a reason for none, somebody who sees to it."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.chat.models import Conversation
from bot.core import clock, errors, jobs
from bot.core.auth import Role, Staff
from bot.core.db import Database
from bot.knowledge import service as articles
from bot.knowledge.gaps.models import Gap
from bot.knowledge.inbox import clusters, keeping
from bot.knowledge.inbox.clusters import Box
from bot.knowledge.inbox.models import Cluster, Kind, State
from bot.knowledge.inbox.telling import News
from bot.knowledge.models import Article, Audience, Status

NOT_HELPFUL = "not_helpful"
"""The reason of a question that was answered, and not well."""
AGAIN_JOB = "gap_again"
OPENING = {
    "en": "You asked: “{question}” There is an answer now.",
    "zh": "您之前问过：“{question}”，现在有答案了。",
}
GAPS = Box(Kind.GAP, Gap, frozenset({State.ANSWERED}))


def do_note(
    session: Session,
    *,
    conversation: Conversation,
    message_id: str,
    text: str,
    reason: str,
    language: str | None = None,
    answered_at: datetime | None = None,
) -> None:
    """Keep a question, without private numbers. A second note on the same message changes nothing, but for an answer
    that did not help and was given later, at `answered_at`: that is looked at after the commit."""
    said = {"message_id": message_id, "text": text, "reason": reason}
    new = keeping.do_keep(session, GAPS, conversation=conversation, language=language, said=said)
    if not new and reason == NOT_HELPFUL and answered_at is not None:
        jobs.enqueue(session, AGAIN_JOB, {"message_id": message_id, "answered_at": answered_at.isoformat()})


def come_again(db: Database, payload: dict[str, Any]) -> None:
    """Job handler: an answer that was given after the decision did not help either, so it is open again."""
    with db.transaction() as session:
        clusters.do_hold(session, GAPS)
        row = session.get_one(Gap, payload["message_id"])
        cluster = session.get(Cluster, row.cluster_id) if row.cluster_id else None
        answered_at = datetime.fromisoformat(payload["answered_at"])
        if cluster is None or cluster.decided_at is None or answered_at <= cluster.decided_at:
            return
        row.reason, row.at = NOT_HELPFUL, clock.now()
        clusters.do_open_again(session, GAPS, cluster)
        session.flush()
        clusters.do_count(session, GAPS, cluster)


def do_answer(
    session: Session, *, cluster_id: str, article_id: str, version: int | None, as_variant: bool, staff: Staff
) -> Cluster:
    """Say that this article answers it. `as_variant`: its question becomes a wording of the article, published with it.

    Raises Conflict when the article is not at `version` any more, or is not published and shall not be.
    """
    cluster = clusters.hold(session, GAPS, cluster_id)
    article = articles.hold_article(session, article_id)
    if as_variant:
        articles.do_add_variant(session, article=article, variant=_variant(cluster, article), version=version, by=staff)
    elif article.status != Status.PUBLISHED:
        raise errors.Conflict("This article is not published yet.", fields={"status": article.status})
    cluster.article_id = article.id
    clusters.do_decide(
        session, cluster, state=State.ANSWERED, staff=staff, article_id=article.id, as_variant=as_variant
    )
    return cluster


def do_dismiss(session: Session, *, cluster_id: str, reason: str, staff: Staff) -> Cluster:
    """It needs no answer: it stays so however often it is asked."""
    cluster = clusters.hold(session, GAPS, cluster_id)
    clusters.do_decide(session, cluster, state=State.DISMISSED, staff=staff, reason=reason)
    return cluster


def do_reopen(session: Session, *, cluster_id: str, staff: Staff) -> Cluster:
    cluster = clusters.hold(session, GAPS, cluster_id)
    clusters.do_decide(session, cluster, state=State.OPEN, staff=staff)
    return cluster


def do_assign(session: Session, *, cluster_id: str, staff_id: str | None, staff: Staff) -> Cluster:
    """Let an editor see to it, or nobody. Raises Invalid for who does not edit."""
    cluster = clusters.hold(session, GAPS, cluster_id)
    assignee = session.get(Staff, staff_id) if staff_id is not None else None
    if staff_id is not None and (assignee is None or not assignee.active or not assignee.may(Role.EDITOR)):
        raise errors.Invalid("Only an editor can see to it.", fields={"staff_id": "not an editor"})
    cluster.assignee_id = staff_id
    clusters.do_record(session, cluster, "assigned", staff=staff, to=assignee.name if assignee else None)
    return cluster


def news(session: Session, cluster: Cluster, text: str | None) -> News:
    """The answer for those who asked. Raises Conflict while there is none that customers may have."""
    if cluster.state != State.ANSWERED or cluster.article_id is None:
        raise errors.Conflict("There is no answer yet to tell of.", fields={"state": cluster.state})
    article = articles.access_article(session, cluster.article_id)
    if article.status != Status.PUBLISHED or article.audience != Audience.PUBLIC:
        raise errors.Conflict("Customers are not answered with this article.", fields={"status": article.status})
    if text is not None:
        return News(State.ANSWERED, text, article_id=article.id, article_question=article.question)
    opening = OPENING.get(cluster.language, OPENING["en"])
    return News(State.ANSWERED, article.answer, opening, article.id, article.question)


def _variant(cluster: Cluster, article: Article) -> str:
    if cluster.language != article.language:
        raise errors.Invalid(
            "The question is in another language than the article.", fields={"article_id": "another language"}
        )
    return cluster.name
