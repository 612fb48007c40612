"""Telling those who asked: each once, in a conversation of theirs that is open; under an agent it is a suggestion."""

import functools
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.chat import delivery
from bot.chat.models import Author, Conversation, Message, Owner
from bot.core import clock, jobs, metrics, rich
from bot.core.auth import Staff
from bot.core.db import Database, after_commit
from bot.core.tables import insert_if_absent
from bot.knowledge.inbox import clusters
from bot.knowledge.inbox.clusters import Box
from bot.knowledge.inbox.models import Cluster, State, Telling

SUGGEST_JOB = "suggest_to_agent"
AT_ONCE = 50
"""People in one transaction: their conversations stand still for so long."""
PARTS = {State.ANSWERED: 900, State.PLANNED: 901, State.NO: 902, State.DONE: 903}
"""Above whatever a turn says in reply to a message, so that each of these is told once in reply to one."""
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~])")


@dataclass(frozen=True)
class News:
    """What is told about a state, after an opening that may name the person's own `{question}`."""

    about: State
    text: str
    opening: str = ""
    article_id: str | None = None
    article_question: str | None = None

    def to(self, question: str) -> str:
        """In Markdown where it comes with an article, as plain text otherwise."""
        said = clusters.named(question)
        opening = self.opening.format(question=_MARKS.sub(r"\\\1", said) if self.article_id else said)
        return "\n\n".join(filter(None, (opening, self.text)))


@dataclass
class Person:
    """Somebody who asked: their last message, and the conversations that they asked in, the newest last."""

    customer_id: str
    message_id: str = ""
    text: str = ""
    conversation_ids: list[str] = field(default_factory=list)


Compose = Callable[[Session, Cluster, str | None], News]
"""What to tell of a cluster, in the editor's words or without; raises Conflict where there is nothing yet."""


def do_tell(
    db: Database, box: Box, *, cluster_id: str, text: str | None, compose: Compose, staff: Staff
) -> dict[str, int]:
    """Tell whoever was not told of it since they asked last; how many there are, and what became of each.

    Many transactions, none of which holds many conversations: broken off it can be called again, and tells the rest.
    """
    with db.transaction() as session:
        cluster = clusters.hold(session, box, cluster_id)
        news = compose(session, cluster, text)
        people, told = _people(session, box, cluster), _told(session, cluster, news)
    left = [person for person in people if person.message_id not in told]
    counted = Counter(people=len(people), already=len(people) - len(left), told=0, suggested=0, cannot=0)
    for first in range(0, len(left), AT_ONCE):
        with db.transaction() as session:
            counted.update(_tell_some(session, box, cluster.id, left[first : first + AT_ONCE], news, staff))
    if not counted["told"] + counted["suggested"]:
        return dict(counted)
    with db.transaction() as session:
        kept = {name: counted[name] for name in ("told", "suggested", "cannot")}
        clusters.do_record(session, clusters.access(session, box, cluster.id), "told", staff=staff, **kept)
    return dict(counted)


def _people(session: Session, box: Box, cluster: Cluster) -> list[Person]:
    """But for those who took their words back."""
    rows, found = box.rows, dict[str, Person]()
    asked = select(rows.customer_id, rows.message_id, rows.text, rows.conversation_id)
    theirs = asked.where(rows.cluster_id == cluster.id, rows.wording.is_not(None)).order_by(rows.at, rows.message_id)
    for customer_id, message_id, text, conversation_id in session.execute(theirs):
        person = found.setdefault(customer_id, Person(customer_id))
        person.message_id, person.text = message_id, text
        person.conversation_ids.append(conversation_id)
    return [*found.values()]


def _told(session: Session, cluster: Cluster, news: News) -> set[str]:
    of_it = (Telling.cluster_id == cluster.id) & (Telling.about == news.about)
    return set(session.scalars(select(Telling.message_id).where(of_it)))


def _tell_some(
    session: Session, box: Box, cluster_id: str, people: Sequence[Person], news: News, staff: Staff
) -> Counter[str]:
    """One transaction: the conversations are held, in the order in which everybody holds them."""
    counted, said = Counter[str](), list[Message]()
    ids = {conversation_id for person in people for conversation_id in person.conversation_ids}
    held = select(Conversation).where(Conversation.id.in_(ids)).order_by(Conversation.id)
    there = {one.id: one for one in session.scalars(held.with_for_update(key_share=True))}
    for person in people:
        conversation = _open(person, there)
        if conversation is None:
            counted["cannot"] += 1
        elif not _do_note(session, cluster_id, person, conversation, news, staff):
            counted["already"] += 1
        elif conversation.owner == Owner.AGENT:
            counted["suggested"] += 1
            jobs.enqueue(session, SUGGEST_JOB, _suggestion(conversation, person, news))
        else:
            counted["told"] += 1
            said.append(_words(conversation, person, news))
    delivery.do_say_each(session, said)
    after_commit(session, functools.partial(_count, box, counted))
    return counted


def _count(box: Box, counted: Counter[str]) -> None:
    for how in ("told", "suggested"):
        metrics.PEOPLE_TOLD.labels(box.kind, how).inc(counted[how])


def _open(person: Person, there: dict[str, Conversation]) -> Conversation | None:
    """The newest of theirs that is not closed."""
    theirs = (there[one] for one in reversed(person.conversation_ids) if one in there)
    return next((one for one in theirs if one.closed_at is None), None)


def _do_note(
    session: Session, cluster_id: str, person: Person, conversation: Conversation, news: News, staff: Staff
) -> bool:
    """Whether nobody else tells them just now."""
    how = "suggestion" if conversation.owner == Owner.AGENT else "message"
    row = {
        "cluster_id": cluster_id,
        "customer_id": person.customer_id,
        "conversation_id": conversation.id,
        "message_id": person.message_id,
        "about": news.about,
        "how": how,
        "staff_id": staff.id,
        "at": clock.now(),
    }
    return insert_if_absent(session, Telling, row) is not None


def _words(conversation: Conversation, person: Person, news: News) -> Message:
    """The bot speaks where it is its turn to; in the queue the system does."""
    by_bot = conversation.owner == Owner.BOT
    if by_bot and news.article_id is not None:
        conversation.last_article_id = news.article_id
    return delivery.compose(
        conversation,
        author=Author.BOT if by_bot else Author.SYSTEM,
        text=news.to(person.text),
        article_id=news.article_id,
        article_question=news.article_question,
        in_reply_to=person.message_id,
        part=PARTS[news.about],
    )


def _suggestion(conversation: Conversation, person: Person, news: News) -> dict[str, str | None]:
    told = news.to(person.text)
    plain = rich.read(told).text if news.article_id else told
    return {"conversation_id": conversation.id, "text": plain, "article_id": news.article_id}
