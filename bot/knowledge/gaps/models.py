"""The questions themselves; their clusters are in the inbox's tables."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from bot.knowledge.inbox.models import Kept


class Gap(Kept):
    """A question that we could not answer, or whose answer did not help. One row a message."""

    __tablename__ = "gaps"

    reason: Mapped[str] = mapped_column(String(16))
