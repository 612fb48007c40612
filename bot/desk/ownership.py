"""Who may speak to the customer now. Nobody else changes an owner.

Every change is a conditional UPDATE on `owner_version` and raises it, so a bot turn that began before can no longer
commit its words.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from bot.chat.models import Conversation, Owner
from bot.core import errors
from bot.core.auth import Staff


def do_take_over(session: Session, *, conversation: Conversation, agent: Staff) -> None:
    """Make `agent` the speaker. Raises OwnerChanged if somebody else took over first."""
    _change(session, conversation, owner=Owner.AGENT, agent_id=agent.id, closed_at=None)


def do_queue(session: Session, *, conversation: Conversation) -> None:
    """Silence the bot: from now on the customer waits for a person. Raises OwnerChanged."""
    _change(session, conversation, owner=Owner.QUEUE, agent_id=None, closed_at=None)


def do_give_to_bot(session: Session, *, conversation: Conversation, closed_at: datetime | None = None) -> None:
    """Let the bot speak again; with `closed_at`, the conversation has ended. Raises OwnerChanged."""
    _change(session, conversation, owner=Owner.BOT, agent_id=None, closed_at=closed_at)


def check_unchanged(session: Session, *, conversation: Conversation) -> None:
    """Hold the conversation's row until the commit. Raises OwnerChanged if it is not as it was loaded."""
    held = select(Conversation.owner_version).where(Conversation.id == conversation.id).with_for_update(key_share=True)
    if session.scalar(held) != conversation.owner_version:
        raise errors.OwnerChanged


def _change(
    session: Session, conversation: Conversation, *, owner: Owner, agent_id: str | None, closed_at: datetime | None
) -> None:
    version = conversation.owner_version
    changed = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation.id, Conversation.owner_version == version)
        .values(owner=owner, agent_id=agent_id, closed_at=closed_at, owner_version=version + 1)
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if changed is None:
        raise errors.OwnerChanged
    now_so = {"owner": owner, "agent_id": agent_id, "closed_at": closed_at, "owner_version": version + 1}
    for name, value in now_so.items():
        set_committed_value(conversation, name, value)
