"""What is searched of an article: its question, each variant, each sentence of its answer, kinds kept apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from knowledge_index.articles import Article
from knowledge_index.text import clean, sentences

Kind = Literal["question", "variant", "answer"]

MAX_ANSWER_SENTENCES = 12
MIN_SENTENCE_CHARS = 6
MAX_VARIANTS = 100


@dataclass(frozen=True, slots=True)
class Passage:
    article_id: str
    kind: Kind
    text: str

    @property
    def asks(self) -> bool:
        """Whether a customer could have written it: a question or a variant, not a sentence of an answer."""
        return self.kind != "answer"


def of(article: Article) -> list[Passage]:
    """The passages of an article, in a fixed order, each text once."""
    seen: set[str] = set()
    passages = []
    for kind, text in _texts(article):
        if text and text.casefold() not in seen:
            seen.add(text.casefold())
            passages.append(Passage(article.id, kind, text))
    return passages


def _texts(article: Article) -> Iterator[tuple[Kind, str]]:
    yield "question", clean(article.question)
    for variant in article.variants[:MAX_VARIANTS]:
        yield "variant", clean(variant)
    for sentence in sentences(article.answer)[:MAX_ANSWER_SENTENCES]:
        if len(sentence) >= MIN_SENTENCE_CHARS:
            yield "answer", sentence
