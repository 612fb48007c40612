"""A solved ticket becomes a draft article: asked in the customer's words, answered in the agents', nobody named."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import wire
from bot.chat.models import Author, Conversation, Customer, Message
from bot.core import errors
from bot.core.auth import Staff
from bot.desk import records
from bot.desk.access import hold_ticket
from bot.desk.models import UNSETTLED, Ticket
from bot.knowledge import service
from bot.knowledge.models import Article, Status
from bot.knowledge.schemas import ArticleIn
from bot.policy.shapes import Policy
from bot.understanding import redact

MOST_QUESTION = 500
MOST_ANSWER = 20_000
GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))\b[^\n,.!]{0,40}[,.!]\s*", re.IGNORECASE
)
GREETING_ZH = re.compile(r"^(?:您好|你好|亲爱的[^，,。！]{0,12})[，,。！!]?\s*")


def do_draft_article(session: Session, *, policy: Policy, number: int, staff: Staff) -> Article:
    """A draft for the editors; the one that was made of this ticket before, if it stands. Raises Conflict unless the
    ticket is settled, Invalid when nothing was said that could be an answer."""
    ticket, conversation = hold_ticket(session, number=number, staff=staff)
    if ticket.status in UNSETTLED:
        raise errors.Conflict("Solve the ticket first: an article is written from what solved it.")
    made = session.scalar(
        select(Article).where(Article.from_ticket == number, Article.status != Status.ARCHIVED).order_by(Article.id)
    )
    if made is not None:
        return made
    given = _content(session, ticket, conversation)
    article = service.do_create(session, given=given, by=staff)
    article.from_ticket = number
    detail = {"article_id": article.id}
    records.do_record(session, policy, ticket, "article", staff=staff, text=article.question, detail=detail)
    return article


def _content(session: Session, ticket: Ticket, conversation: Conversation) -> ArticleIn:
    person = session.get_one(Customer, ticket.customer_id)
    said = session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation.id, Message.episode == ticket.episode)
        .order_by(Message.seq)
    ).all()
    asked = [without_people(one.text, person) for one in said if one.author == Author.CUSTOMER]
    answers = [one for one in said if one.author == Author.AGENT and one.at >= ticket.created_at]
    told = [_plain(one.text, person) for one in answers] or [_plain(ticket.solution or "", person)]
    answer = "\n\n".join(filter(None, told))[:MOST_ANSWER]
    question = max(asked, key=len, default=ticket.summary)[:MOST_QUESTION]
    if not answer or not question:
        raise errors.Invalid("Nothing was written on this ticket that could be an answer.")
    language = ticket.language if ticket.language in wire.REPLY_LANGUAGES else wire.script_language(answer)
    return ArticleIn.model_validate({"language": language, "question": question, "answer": answer})


def without_people(text: str, person: Customer) -> str:
    """`text` without private numbers and without the name of who wrote it."""
    bare = redact.redact(text)
    for word in sorted({person.name or "", *(person.name or "").split()}, key=len, reverse=True):
        if len(word) > 1:
            bare = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)" if word.isascii() else re.escape(word), "[name]", bare)
    return bare.strip()


def _plain(text: str, person: Customer) -> str:
    """An agent's words as an article may say them: nobody is greeted by name in it."""
    return without_people(GREETING_ZH.sub("", GREETING.sub("", text.strip())), person)
