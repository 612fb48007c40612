"""A draft is tried against questions, and held against its neighbours, without anybody being answered with it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from knowledge_index.client import Found, KnowledgeClient, KnowledgeRefused

Told = TypeVar("Told")
BICYCLES = {
    "id": "bicycles.en", "version": 1, "language": "en", "audience": "public", "tags": [],
    "question": "Do you sell bicycles?", "variants": ["is there a bike in your shop"],
    "answer": "Yes, two electric ones, since May.",
}  # fmt: skip
QUESTIONS = [
    ("do you have electric bikes", "en"),
    ("how long is the warranty", "en"),
    ("保修多久", "zh"),
    ("\u200b", "en"),
]


def talk(address: str, journey: Callable[[KnowledgeClient], Awaitable[Told]]) -> Told:
    async def connected() -> Told:
        async with KnowledgeClient(address) as knowledge:
            return await journey(knowledge)

    return asyncio.run(connected())


def _gist(found: Found) -> tuple[str, str | None]:
    return found.decision, found.hits[0].article_id if found.hits else None


def test_a_draft_answers_on_trial_what_nobody_is_answered_with_it_yet(shop_address: str) -> None:
    found = talk(shop_address, lambda knowledge: knowledge.trial(QUESTIONS, draft=BICYCLES))
    now, then = found[0]
    assert now.decision != "answer"
    assert (then.decision, then.hits[0].article_id) == ("answer", "bicycles.en")
    assert [_gist(now) for now, _ in found[1:]] == [_gist(then) for _, then in found[1:]]
    assert found[1][0].hits[0].article_id == "warranty-length.en"
    assert found[3][0].decision == "none"
    live = talk(shop_address, lambda knowledge: knowledge.search("do you have electric bikes", language="en"))
    assert live.decision != "answer"
    assert all(hit.article_id != "bicycles.en" for hit in live.hits)


def test_without_a_draft_a_trial_is_what_the_search_says(shop_address: str) -> None:
    async def both(knowledge: KnowledgeClient) -> Any:
        tried = await knowledge.trial(QUESTIONS[:3], draft=None)
        return tried, [await knowledge.search(text, language=language) for text, language in QUESTIONS[:3]]

    tried, searched = talk(shop_address, both)
    assert [now for now, _ in tried] == searched
    assert [then for _, then in tried] == searched


def test_a_change_is_tried_in_place_of_what_is_published(shop_address: str) -> None:
    changed = {**BICYCLES, "id": "warranty-length.en", "version": 99}
    ((now, then),) = talk(shop_address, lambda knowledge: knowledge.trial(QUESTIONS[1:2], draft=changed))
    assert now.decision == "answer"
    assert then.decision != "answer"


def test_a_draft_that_asks_what_is_answered_already_has_that_neighbour(shop_address: str) -> None:
    draft = {**BICYCLES, "question": "How long does your warranty last?", "answer": "The warranty lasts 9 years."}
    first, *_ = talk(shop_address, lambda knowledge: knowledge.neighbours(draft))
    assert (first["article_id"], first["decision"]) == ("warranty-length.en", "answer")
    assert first["likeness"] > 0.5
    assert first["wording"] == "How long does your warranty last?"


def test_what_disagrees_is_shown_with_both_sentences(shop_address: str) -> None:
    draft = {
        **BICYCLES,
        "question": "May I return things?",
        "answer": "You can return any item within 99 days of delivery.",
    }
    near = talk(shop_address, lambda knowledge: knowledge.neighbours(draft))
    (told,) = [one["contradictions"] for one in near if one["article_id"] == "return-item.en"]
    assert [(one["why"], one["here"]) for one in told] == [("number", draft["answer"])]
    assert "30 days" in told[0]["there"]


def test_an_article_and_its_translation_are_no_neighbours_of_themselves(shop_address: str) -> None:
    own = talk(shop_address, lambda knowledge: knowledge.article("warranty-length.en"))
    assert own is not None
    near = talk(shop_address, lambda knowledge: knowledge.neighbours(own))
    assert {one["article_id"] for one in near}.isdisjoint({"warranty-length.en", "warranty-length.zh"})


@pytest.mark.parametrize("questions", [[], [("x", "en")] * 2_001])
def test_too_few_and_too_many_questions_are_refused(shop_address: str, questions: list[tuple[str, str]]) -> None:
    with pytest.raises(KnowledgeRefused):
        talk(shop_address, lambda knowledge: knowledge.trial(questions, draft=None))
