"""The site answers by the first word of a message."""

import pytest

from bot.dialogue.scripted import ScriptedEngine
from tests.scripts import by_first_word


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine(by_first_word)
