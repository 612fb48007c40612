"""The wire shapes of trying a draft."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from bot.core.shapes import Key, Shape, Words
from bot.knowledge.schemas import ArticleIn, HitOut, Id


class Draft(ArticleIn):
    """An article as it would be. `id`: of the one that it would change."""

    id: Id | None = None


class TryIn(Shape):
    question: Words
    language: Key | None = None
    draft: Draft | None = None


class DraftIn(Shape):
    draft: Draft


class ReplayIn(Shape):
    draft: Draft
    days: Annotated[int, Field(ge=1, le=90)] = 30


class AnswerOut(BaseModel):
    """`answer` is the first hit's; a draft that has no id yet is called "draft"."""

    decision: Literal["answer", "choices", "none"]
    confidence: float
    language: str
    hits: list[HitOut]
    answer: str | None = None


class TriedOut(BaseModel):
    """`with_draft` is the same as `now` when no draft was given."""

    now: AnswerOut
    with_draft: AnswerOut


class DuplicateOut(BaseModel):
    """`likeness`: the chance that the article answers what the draft is asked by.

    `why`: `words` the same question word by word, `meaning` customers who ask `wording` are answered with it already.
    """

    article_id: str
    question: str
    status: str
    likeness: float
    why: Literal["words", "meaning"]
    wording: str


class ContradictionOut(BaseModel):
    """`here` stands in the draft, `there` in the article. `why`: what differs."""

    article_id: str
    question: str
    here: str
    there: str
    why: Literal["number", "negation", "opposite"]


class SimilarOut(BaseModel):
    duplicates: list[DuplicateOut]
    contradictions: list[ContradictionOut]


class ArticleRefOut(BaseModel):
    article_id: str
    question: str


class ReplayedOut(BaseModel):
    """A question that customers wrote, private numbers taken out; `before` and `after` where it has that answer."""

    text: str
    language: str
    people: int
    times: int
    conversation_id: str
    before: ArticleRefOut | None = None
    after: ArticleRefOut | None = None


class ReplayOut(BaseModel):
    """`questions`: how many were tried, each once however often it was asked; `of`: how many there were."""

    questions: int
    of: int
    newly_answered: list[ReplayedOut]
    changed: list[ReplayedOut]
    no_longer: list[ReplayedOut]
