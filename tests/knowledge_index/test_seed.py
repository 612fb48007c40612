from collections import Counter
from pathlib import Path

import pytest

from knowledge_index import seed
from knowledge_index.articles import Article
from knowledge_index.schemas import ArticleWithId

FEWEST_ARTICLES = 60
FEWEST_VARIANTS = 3


def test_every_starter_article_fits_the_wire_in_both_languages() -> None:
    articles = seed.articles()
    for fields in articles:
        article = Article.from_wire(ArticleWithId(**fields).model_dump())
        assert article.as_wire() == {**fields, "subject": article.subject}
    english = {one["id"].removesuffix(".en") for one in articles if one["language"] == "en"}
    chinese = {one["id"].removesuffix(".zh") for one in articles if one["language"] == "zh"}
    assert english == chinese
    assert len(english) >= FEWEST_ARTICLES
    assert all(len(fields["variants"]) >= FEWEST_VARIANTS for fields in articles)


def test_no_wording_leads_to_two_starter_articles() -> None:
    times = Counter(
        (one["language"], "".join(character for character in text.casefold() if character.isalnum()))
        for one in seed.articles()
        for text in (one["question"], *one["variants"])
    )
    assert [wording for wording, count in times.items() if count > 1] == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("id: x", "a list of entries"),
        ("- [", "is not YAML"),
        ("- {id: hub, en: {question: Where, answer: There.}}", "hub has no zh"),
        ("- {id: hub, en: {question: Where}, zh: {question: 哪里, answer: 那里}}", "hub has no answer in en"),
    ],
)
def test_a_bad_seed_file_is_named_with_its_fault(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "hub.yml").write_text(text, "utf-8")
    with pytest.raises(seed.BadSeed, match=f"hub.yml.*{fault}"):
        seed.articles(tmp_path)


def test_an_article_may_not_stand_in_the_seed_twice(tmp_path: Path) -> None:
    entry = "- {id: hub, en: {question: Where, answer: There.}, zh: {question: 哪里, answer: 那里}}\n"
    (tmp_path / "hub.yml").write_text(entry * 2, "utf-8")
    with pytest.raises(seed.BadSeed, match="twice"):
        seed.articles(tmp_path)
