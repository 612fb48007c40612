"""What an editor has written and not saved yet. It costs nobody anything to keep, and nothing typed is lost."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.core import clock, errors
from bot.core.auth import Staff
from bot.core.tables import insert_if_absent
from bot.knowledge.models import Article, ArticleDraft

MOST = 200
"""Drafts of one editor: a page that went mad must not fill the database."""


def mine(session: Session, editor: Staff) -> list[ArticleDraft]:
    """The newest first."""
    own = select(ArticleDraft).where(ArticleDraft.staff_id == editor.id)
    return list(session.scalars(own.order_by(ArticleDraft.at.desc(), ArticleDraft.key)))


def access_draft(session: Session, *, editor: Staff, key: str) -> ArticleDraft:
    """One's own alone. Raises NotFound."""
    found = session.get(ArticleDraft, (editor.id, key))
    if found is None:
        raise errors.NotFound
    return found


def do_keep(
    session: Session,
    *,
    editor: Staff,
    key: str,
    article_id: str | None,
    based_on: int | None,
    content: dict[str, Any],
) -> ArticleDraft:
    """Keep it in the place of the one before. Raises NotFound for an article that there is not."""
    if article_id is None and session.get(Article, key) is not None:
        article_id = key
    if article_id is not None and session.get(Article, article_id) is None:
        raise errors.NotFound
    written = {"article_id": article_id, "based_on": based_on, "content": content, "at": clock.now()}
    found = _held(session, editor, key)
    if found is None:
        _check_room(session, editor)
        insert_if_absent(session, ArticleDraft, {"staff_id": editor.id, "key": key, **written})
        found = _held(session, editor, key)
    assert found is not None
    for name, value in written.items():
        setattr(found, name, value)
    return found


def _held(session: Session, editor: Staff, key: str) -> ArticleDraft | None:
    return session.get(ArticleDraft, (editor.id, key), with_for_update=True)


def do_drop(session: Session, *, editor: Staff, key: str) -> None:
    """Harmless to repeat."""
    found = session.get(ArticleDraft, (editor.id, key))
    if found is not None:
        session.delete(found)


def _check_room(session: Session, editor: Staff) -> None:
    kept = session.scalar(select(func.count()).where(ArticleDraft.staff_id == editor.id)) or 0
    if kept >= MOST:
        raise errors.Conflict("You have {kept} drafts. Finish or discard some of them first.", words={"kept": kept})
