"""An answer that is not in the language of the question says so before it."""

from collections.abc import Iterator

import pytest

from bot import wire
from bot.dialogue.engine import EngineReply, Signal, TurnInput
from bot.dialogue.scripted import ScriptedEngine
from tests.people import Ada
from tests.sites import Site, running


def foreign(turn: TurnInput) -> EngineReply:
    """Answers from an article in the language that the text names first, and goes on with one in English."""
    language, _, words = turn.text.partition(" ")
    extra = {"article_id": f"{words}.{language}", "question": "Clocks?", "language": language}
    more = [{"article_id": "more.en", "question": "More?", "text": "More.", "language": "en"}]
    signal = Signal(wire.ANSWERED, "other_question", 0.9, {**extra, "more": more})
    return EngineReply(("**Yes**, we do.",), (signal,), "scripted")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("languages")
    with running(f"sqlite:///{folder / 'firebreak.db'}", folder, using=ScriptedEngine(foreign)) as site:
        yield site


@pytest.mark.parametrize(
    ("asked", "first", "second"),
    [
        ("en do you repair clocks", "Yes, we do.", "More."),
        ("zh do you repair clocks", "I have this answer in Chinese only:\n\nYes, we do.", "More."),
        ("zh 修古董钟吗", "Yes, we do.", "这个问题目前只有英文解答：\n\nMore."),
        ("en 修古董钟吗", "这个问题目前只有英文解答：\n\nYes, we do.", "这个问题目前只有英文解答：\n\nMore."),
        ("en ¿reparan ustedes los relojes antiguos?", "I have this answer in English only:\n\nYes, we do.", None),
    ],
)
def test_an_answer_in_another_language_says_so(site: Site, asked: str, first: str, second: str | None) -> None:
    answers = [message for message in Ada(site.url).asks(asked) if message["author"] == "bot"]
    assert answers[0]["text"] == first
    assert second is None or answers[1]["text"] == second
    assert answers[0]["rich"][-1]["children"][0] == {"tag": "strong", "children": ["Yes"]}
