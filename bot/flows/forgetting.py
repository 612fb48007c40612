"""A customer takes their words back: they leave whatever was made of a conversation for the shop to learn from."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.desk.models import Ticket
from bot.knowledge import service
from bot.knowledge.gaps.service import GAPS
from bot.knowledge.inbox import moving
from bot.knowledge.inbox.moving import ERASED
from bot.knowledge.models import Article, ArticleDraft, ArticleVersion, Status
from bot.knowledge.wishes.service import WISHES
from bot.learning import service as learning


def do_forget(session: Session, *, conversation_id: str) -> None:
    """Harmless to repeat. That something was asked, and when, stays counted; the conversation itself stays as it is."""
    for box in (GAPS, WISHES):
        moving.do_forget(session, box, conversation_id=conversation_id)
    learning.do_forget(session, conversation_id=conversation_id, erased=ERASED)
    _do_forget_drafts(session, conversation_id)


def _do_forget_drafts(session: Session, conversation_id: str) -> None:
    """Of articles that were written from its tickets, what no editor has put out: the rest is the shop's own."""
    numbers = select(Ticket.number).where(Ticket.conversation_id == conversation_id)
    made = session.scalars(select(Article.id).where(Article.from_ticket.in_(numbers)).order_by(Article.id)).all()
    for article in [service.hold_article(session, article_id) for article_id in made]:
        blank = {"question": ERASED, "answer": ERASED, "variants": [], "steps": []}
        unseen = (ArticleVersion.article_id == article.id) & (ArticleVersion.status == Status.DRAFT)
        session.execute(update(ArticleVersion).where(unseen).values(blank))
        if article.status == Status.DRAFT:
            session.execute(delete(ArticleDraft).where(ArticleDraft.article_id == article.id))
            for name, value in blank.items():
                setattr(article, name, value)
            service.do_set_status(session, article=article, status=Status.ARCHIVED, by=None)
