"""The wishes themselves; their clusters are in the inbox's tables."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.knowledge.inbox.models import Kept


class Wish(Kept):
    """What a customer would like to be there. One row a message; `source`: the bot heard it, or a ticket says so."""

    __tablename__ = "wishes"

    source: Mapped[str] = mapped_column(String(8))
