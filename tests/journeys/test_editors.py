"""What an editor publishes is answered with; what is taken back is not."""

import pytest

from bench.product import Product
from tests.journeys.conftest import searched
from tests.people import Ada, StaffMember, until
from tests.sites import PASSWORD

pytestmark = pytest.mark.stack
ARTICLE = {
    "language": "en",
    "question": "Can I borrow a ladder for the installation?",
    "variants": ["lend me a ladder", "ladder rental", "do you lend out ladders"],
    "answer": "Yes: tell the installer one day before, and a ladder of three metres comes along.",
    "tags": [],
    "audience": "public",
}


def test_a_published_article_answers_the_next_question(product: Product) -> None:
    cleo = StaffMember(product.url, "cleo@emberly.example", PASSWORD)
    article = cleo.post("/knowledge/articles", ARTICLE, status=201)
    cleo.post(f"/knowledge/articles/{article['id']}/publish")
    until(lambda: _found(cleo, article["id"]), what="not found")
    assert Ada(product.url).asks("do you lend out ladders")[0]["article_id"] == article["id"]
    cleo.post(f"/knowledge/articles/{article['id']}/unpublish")
    until(lambda: not _found(cleo, article["id"]), what="still found")


def _found(cleo: StaffMember, article_id: str) -> bool:
    found = searched(cleo, "do you lend out ladders", "en")
    return article_id in [hit["article_id"] for hit in found["hits"]]
