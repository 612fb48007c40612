"""An editor tries a draft through the product's own door: what it would answer, repeat, contradict and change."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.core.db import Database
from bot.knowledge import service
from knowledge_index.articles import Article
from tests.people import Ada, StaffMember
from tests.sites import PASSWORD, Site, hire, running

BICYCLES = {
    "language": "en",
    "question": "Do you sell bicycles?",
    "variants": ["is there a bike in your shop"],
    "answer": "Yes, two electric ones. You can return any item within 99 days of delivery.",
}


@pytest.fixture(scope="module")
def shop_site(
    shop_address: str, shop_articles: list[Article], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The web process over the small shop; the knowledge service answers alone."""

    def fill(db: Database) -> None:
        with db.transaction() as session:
            service.do_seed(session, [article.as_wire() for article in shop_articles])

    folder = tmp_path_factory.mktemp("writing")
    url = f"sqlite:///{folder / 'firebreak.db'}"
    with running(url, folder, fill=fill, knowledge_url=shop_address, engine="knowledge") as site:
        hire(site.db)
        yield site


@pytest.fixture
def cleo(shop_site: Site) -> StaffMember:
    return StaffMember(shop_site.url, "cleo@emberly.example", PASSWORD)


def test_a_question_is_tried_with_a_draft_that_nobody_is_answered_with(cleo: StaffMember) -> None:
    asked = {"question": "do you have electric bikes", "draft": BICYCLES}
    tried = cleo.post("/knowledge/writing/try", asked)
    assert tried["now"]["decision"] != "answer"
    assert (tried["with_draft"]["decision"], tried["with_draft"]["answer"]) == ("answer", BICYCLES["answer"])
    assert (
        cleo.post("/knowledge/writing/try", {"question": "保修多久"})["now"]["hits"][0]["article_id"]
        == "warranty-length.zh"
    )
    assert cleo.get("/knowledge/articles", q="bicycles")["items"] == []


def test_what_is_answered_already_is_shown_before_publishing(cleo: StaffMember) -> None:
    draft = {**BICYCLES, "question": "How long does the warranty last?"}
    near = cleo.post("/knowledge/writing/similar", {"draft": draft})
    assert [(one["article_id"], one["why"]) for one in near["duplicates"]][:1] == [("warranty-length.en", "meaning")]
    told = {(one["article_id"], one["why"]): one for one in near["contradictions"]}
    assert "30 days" in told["return-item.en", "number"]["there"]
    assert cleo.post("/knowledge/writing/similar", {"draft": BICYCLES})["duplicates"] == []


def test_a_draft_of_somebody_else_with_the_same_question_is_shown(cleo: StaffMember) -> None:
    written = cleo.post("/knowledge/articles", {**BICYCLES, "question": "Can I rent a DRONE?"}, status=201)
    draft = {**BICYCLES, "variants": ["can i rent a drone?"]}
    (found,) = cleo.post("/knowledge/writing/similar", {"draft": draft})["duplicates"]
    assert (found["article_id"], found["status"], found["why"]) == (written["id"], "draft", "words")
    own = cleo.post("/knowledge/writing/similar", {"draft": {**draft, "id": written["id"]}})
    assert own["duplicates"] == []


def test_a_replay_tells_which_past_questions_a_draft_would_answer(shop_site: Site, cleo: StaffMember) -> None:
    for _ in range(2):
        Ada(shop_site.url).asks("Do you have electric bikes? My card is 4111 1111 1111 1111")
    Ada(shop_site.url).asks("How long is the warranty?")
    told = cleo.post("/knowledge/writing/replay", {"draft": BICYCLES})
    (newly,) = told["newly_answered"]
    assert (newly["people"], newly["times"], newly["before"]) == (2, 2, None)
    assert newly["text"] == "Do you have electric bikes? My card is [card]"
    assert newly["after"]["question"] == BICYCLES["question"]
    assert (told["changed"], told["no_longer"]) == ([], [])
    assert told["questions"] == told["of"] == 2


def test_a_replay_tells_what_a_change_would_take_away(shop_site: Site, cleo: StaffMember) -> None:
    Ada(shop_site.url).asks("How long is the warranty?")
    changed = {**BICYCLES, "id": "warranty-length.en"}
    told = cleo.post("/knowledge/writing/replay", {"draft": changed})
    lost = {one["text"]: one["before"]["article_id"] for one in told["no_longer"]}
    assert lost == {"How long is the warranty?": "warranty-length.en"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("try", {"question": " "}),
        ("try", {"question": "x", "draft": {**BICYCLES, "answer": ""}}),
        ("similar", {}),
        ("replay", {"draft": BICYCLES, "days": 0}),
        ("replay", {"draft": {**BICYCLES, "question": "x" * 501}}),
    ],
)
def test_a_draft_that_could_not_be_kept_is_not_tried(cleo: StaffMember, path: str, body: dict[str, Any]) -> None:
    answer = cleo.http.post(f"/knowledge/writing/{path}", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")
