"""The wire shapes of the editor's calls."""

import unicodedata
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from bot.core import clock
from bot.knowledge.models import Article, ArticleVersion

BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Counted among letters and symbols, and nothing to be seen."""
Question = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class ArticleIn(BaseModel):
    model_config = ConfigDict(extra="ignore")

    language: Literal["en", "zh"]
    question: Question
    variants: list[Question] = Field(default_factory=list, max_length=200)
    answer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
    tags: list[Annotated[str, StringConstraints(min_length=1, max_length=60)]] = Field(
        default_factory=list, max_length=50
    )
    audience: Literal["public", "agents"] = "public"
    kind: Literal["answer", "procedure"] = "answer"

    @field_validator("question", "answer", "variants", mode="after")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        for text in value if isinstance(value, list) else [value]:
            if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
                raise ValueError("holds a character that cannot be stored")
            if not any(map(_is_visible, text)):
                raise ValueError("holds nothing that can be seen")
        return value


def _is_visible(char: str) -> bool:
    """A letter, number, sign or symbol; spaces, marks by themselves, zero-width and format characters are not."""
    return unicodedata.category(char)[0] in "LNPS" and char not in BLANK_LETTERS


class ArticleChange(ArticleIn):
    version: Annotated[int, Field(ge=1)]


class Restore(BaseModel):
    version: Annotated[int, Field(ge=1)]


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
