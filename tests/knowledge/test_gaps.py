"""What could not be answered comes to the editor once a meaning, most people first, and leaves with a decision."""

from collections.abc import Callable

import pytest

from bot.dialogue.scripted import ScriptedEngine
from tests.people import Ada, StaffMember
from tests.scripts import by_first_word
from tests.sites import Site

ARTICLE = {"language": "en", "question": "Can I pay by cheque?", "answer": "No, by card.", "variants": [], "tags": []}


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine(by_first_word)


def test_the_same_words_of_two_people_are_one_gap(site: Site, ada: Ada, cleo: StaffMember) -> None:
    ada.asks("gibberish about cheques")
    Ada(site.url).asks("Gibberish, about CHEQUES!")
    ada.asks("gibberish about parrots")
    first, second = cleo.get("/knowledge/gaps")["items"]
    assert (first["text"], first["people"], first["messages"]) == ("gibberish about cheques", 2, 2)
    assert (second["text"], second["people"]) == ("gibberish about parrots", 1)
    assert [one["text"] for one in first["samples"]] == ["Gibberish, about CHEQUES!", "gibberish about cheques"]
    assert first["trend"] == {"last_7": 2, "before_7": 0}
