"""Words to the customer: numbered, stored and, after the commit, pushed. Nobody else writes bot, agent or system
messages."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.chat.models import Author, Conversation, Kind, Message
from bot.core import clock, live, rich
from bot.core.auth import Staff
from bot.core.tables import new_id


def do_say(
    session: Session,
    *,
    conversation: Conversation,
    author: Author,
    text: str,
    kind: Kind = Kind.TEXT,
    choices: list[dict[str, Any]] | None = None,
    article_id: str | None = None,
    article_question: str | None = None,
    staff: Staff | None = None,
    in_reply_to: str | None = None,
    part: int | None = None,
    client_message_id: str | None = None,
) -> Message:
    """Append one message of ours to the thread. With `in_reply_to` and `part` it can be said only once.

    The caller holds the conversation's row, so the next number is its own.
    """
    message = compose(
        conversation,
        author=author,
        text=text,
        kind=kind,
        choices=choices,
        article_id=article_id,
        article_question=article_question,
        staff_id=staff.id if staff else None,
        in_reply_to=in_reply_to,
        part=part,
        client_message_id=client_message_id,
    )
    session.add(message)
    tell_message(session, message, author_name=staff.name if staff else None)
    return message


def do_say_each(session: Session, messages: list[Message]) -> None:
    """Append composed messages of many conversations, which the caller holds, in as few statements as one takes."""
    session.add_all(messages)
    for message in messages:
        tell_message(session, message)


def compose(conversation: Conversation, *, author: Author, text: str, **more: Any) -> Message:
    """The thread's next message, numbered and not yet stored. An article's answer is Markdown: its marks come off."""
    if more.get("article_id") is not None:
        source, text = text, rich.read(text).text
        more["markdown"] = source if source != text else None
    conversation.last_seq += 1
    return Message(
        id=new_id(),
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        author=author,
        text=text,
        episode=conversation.episode,
        at=clock.now(),
        **more,
    )


def tell_message(session: Session, message: Message, *, author_name: str | None = None) -> None:
    """Push a stored message to the conversation's sockets and to the desk."""
    wire = as_wire(message, author_name=author_name)
    channel = live.conversation_channel(message.conversation_id)
    live.tell(session, channel, {"type": "message", "message": wire})
    live.tell(session, live.DESK, {"type": "message", "conversation_id": message.conversation_id, "message": wire})


def tell_state(session: Session, conversation: Conversation, ticket: dict[str, Any] | None) -> None:
    """Push who is speaking now, and the ticket's number, status and due time if there is one."""
    event = {"type": "state", "state": conversation.state, "ticket": ticket}
    live.tell(session, live.conversation_channel(conversation.id), event)


def as_wire(message: Message, *, author_name: str | None = None) -> dict[str, Any]:
    """The wire's `Message`; absent fields are left out."""
    wire: dict[str, Any] = {
        "seq": message.seq,
        "message_id": message.id,
        "author": message.author,
        "kind": message.kind,
        "text": message.text,
        "at": clock.iso(message.at),
    }
    extras = {
        "choices": message.choices,
        "article_id": message.article_id,
        "article_question": message.article_question,
        "in_reply_to": message.in_reply_to,
        "client_message_id": message.client_message_id if message.author == Author.CUSTOMER else None,
        "author_name": author_name,
        "rich": _rich(message),
    }
    wire.update({name: value for name, value in extras.items() if value is not None})
    return wire


def _rich(message: Message) -> tuple[rich.Node, ...] | None:
    if message.article_id is None or message.author != Author.BOT:
        return None
    return rich.read(message.markdown or message.text).tree


def messages_after(session: Session, conversation_id: str, after_seq: int, *, limit: int = 500) -> list[dict[str, Any]]:
    """The thread from `after_seq` on, in order, as wire messages."""
    rows = session.execute(
        select(Message, Staff.name)
        .outerjoin(Staff, Staff.id == Message.staff_id)
        .where(Message.conversation_id == conversation_id, Message.seq > after_seq)
        .order_by(Message.seq)
        .limit(limit)
    )
    return [as_wire(message, author_name=name) for message, name in rows]
