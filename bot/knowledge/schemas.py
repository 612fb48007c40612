"""The wire shapes of the editor's calls."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from bot.core import clock
from bot.core.shapes import LARGEST_INTEGER, Shape, Shown, Storable, Trimmed
from bot.knowledge.models import Article, ArticleVersion, Audience, Status

Question = Annotated[str, Trimmed, StringConstraints(min_length=1, max_length=500), Storable, Shown]
Answer = Annotated[str, Trimmed, StringConstraints(min_length=1, max_length=20_000), Storable, Shown]
Tag = Annotated[str, Trimmed, StringConstraints(min_length=1, max_length=60), Storable, Shown]
Version = Annotated[int, Field(ge=1, le=LARGEST_INTEGER)]


class ArticleIn(Shape):
    language: Literal["en", "zh"]
    question: Question
    variants: list[Question] = Field(default_factory=list, max_length=200)
    answer: Answer
    tags: list[Tag] = Field(default_factory=list, max_length=50)
    audience: Literal["public", "agents"] = "public"
    kind: Literal["answer", "procedure"] = "answer"


class ArticleChange(ArticleIn):
    version: Version


class Restore(Shape):
    version: Version


class VersionOut(BaseModel):
    version: int
    question: str
    variants: list[str]
    answer: str
    tags: list[str]
    audience: Audience
    status: Status
    at: str


class ArticleOut(BaseModel):
    id: str
    version: int
    language: str
    kind: str
    question: str
    variants: list[str]
    answer: str
    tags: list[str]
    audience: Audience
    status: Status
    created_at: str
    updated_at: str


class ArticlesOut(BaseModel):
    items: list[ArticleOut]
    next: str | None = None


class VersionsOut(BaseModel):
    items: list[VersionOut]


class HitOut(BaseModel):
    article_id: str
    question: str
    score: float


class SearchOut(BaseModel):
    """`confidence`: the chance that the first hit answers."""

    decision: Literal["answer", "choices", "none"]
    confidence: float
    language: str
    hits: list[HitOut]


class GapOut(BaseModel):
    """Questions in the same words, counted together."""

    text: str
    language: str
    people: int
    messages: int
    last_at: str
    conversation_id: str


class GapsOut(BaseModel):
    items: list[GapOut]


def article_out(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "version": article.version,
        "language": article.language,
        "kind": article.kind,
        "question": article.question,
        "variants": article.variants,
        "answer": article.answer,
        "tags": article.tags,
        "audience": article.audience,
        "status": article.status,
        "created_at": clock.iso(article.created_at),
        "updated_at": clock.iso(article.updated_at),
    }


def version_out(version: ArticleVersion) -> dict[str, Any]:
    return {
        "version": version.version,
        "question": version.question,
        "variants": version.variants,
        "answer": version.answer,
        "tags": version.tags,
        "audience": version.audience,
        "status": version.status,
        "at": clock.iso(version.at),
    }
