"""The wire shapes of the knowledge service."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, field_validator

from knowledge_index.articles import Article
from knowledge_index.recalibrate import PRECISION
from knowledge_index.text import clean

_SURROGATE = re.compile("[\ud800-\udfff]")


def _without_surrogates(value: Any) -> Any:
    return _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_without_surrogates)]
MOST_QUESTIONS = 2_000
ArticleId = Annotated[str, Field(min_length=1, max_length=200)]


class EmbeddingsRequest(BaseModel):
    """`input` is not validated text by text: a bad text fails in its place, never the others.

    `keep`: the texts are training examples, whose vectors are kept for the next training.
    `tuned`: by the tuned weights of that name, which `/tuned` gave.
    """

    input: Any
    model: Literal["en", "multi"]
    encoding_format: Literal["float", "base64"] = "float"
    keep: bool = False
    tuned: Annotated[str, Field(pattern=r"^([0-9a-f]{16})?$")] = ""


class TunedRequest(BaseModel):
    """Examples as (text, label); at least two labels."""

    model: Literal["en", "multi"]
    examples: Annotated[list[tuple[Text, str]], Field(min_length=2, max_length=100_000)]
    seconds: Annotated[float, Field(ge=1, le=3_600)]

    @field_validator("examples")
    @classmethod
    def differ(cls, examples: list[tuple[str, str]]) -> list[tuple[str, str]]:
        if len({label for _, label in examples}) < 2:
            raise ValueError("must hold two labels or more")
        return [(clean(text), label) for text, label in examples if clean(text)]


class SearchRequest(BaseModel):
    """`before` and `said`: the question before this one and the article that answered it, if any."""

    text: Text
    language: Annotated[str, Field(max_length=20)] = "und"
    audience: Literal["public", "agents"] = "public"
    k: Annotated[int, Field(ge=1, le=20)] = 3
    before: Annotated[Text, Field(max_length=1_000)] = ""
    said: ArticleId | None = None


class ArticleBody(BaseModel):
    version: Annotated[int, Field(ge=1)]
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
    question: Annotated[Text, Field(max_length=1_000)]
    answer: Annotated[Text, Field(max_length=50_000)]
    variants: Annotated[list[Text], Field(max_length=500)] = []
    audience: Literal["public", "agents"] = "public"
    tags: list[Text] = []
    subject: Annotated[Text, Field(max_length=200)] = ""

    @field_validator("question", "answer")
    @classmethod
    def says_something(cls, text: str) -> str:
        if not clean(text):
            raise ValueError("must hold readable text")
        return text

    def article(self, article_id: str) -> Article:
        return Article.from_wire({**self.model_dump(), "id": article_id})


class ArticleWithId(ArticleBody):
    id: ArticleId


class QuestionBody(BaseModel):
    text: Text
    language: Annotated[str, Field(max_length=20)] = "und"


class TrialRequest(BaseModel):
    """`draft`: an article as it would be; without one, both sides of the trial are alike."""

    questions: Annotated[list[QuestionBody], Field(min_length=1, max_length=MOST_QUESTIONS)]
    draft: ArticleWithId | None = None
    audience: Literal["public", "agents"] = "public"
    k: Annotated[int, Field(ge=1, le=20)] = 3


class NeighboursRequest(BaseModel):
    draft: ArticleWithId


class BatchRequest(BaseModel):
    articles: Annotated[list[ArticleWithId], Field(max_length=1_000)]


class ReplaceRequest(BaseModel):
    """`if_digest`: refuse when the index is no longer the one whose digest this was."""

    articles: list[ArticleWithId]
    if_digest: str | None = None


Precision = Annotated[float, Field(ge=0.5, le=0.99)]


class EvaluateRequest(BaseModel):
    """`precision`: what part of what is answered has to be right, where half of the questions have no article."""

    language: Literal["en", "zh"]
    precision: Precision = PRECISION


class CalibrateRequest(BaseModel):
    precision: Precision = PRECISION


class LogLevelRequest(BaseModel):
    level: Literal["debug", "info", "warning", "error"]
