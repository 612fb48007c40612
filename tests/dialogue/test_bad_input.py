"""What is no message, or in no language of ours, through the customer's door: an honest "I do not know", and no more.

The understanding is the real one. The engine is sure of a grave complaint in whatever has a letter of ours in it, as a
classifier may be that must find an intent for everything.
"""

import re
from collections.abc import Iterator

import pytest

from bot import wire
from bot.alerts.models import Alert, Mention
from bot.chat.models import Turn
from bot.desk.models import Ticket
from bot.dialogue.engine import EngineReply, Signal, TurnInput
from bot.dialogue.scripted import ScriptedEngine
from bot.knowledge.gaps.models import Gap
from tests.people import Ada, until
from tests.sites import Site, running
from tests.understanding.test_bad_input import ODD

EMPTY = {"spaces", "joined marks", "turned around"}
SCRIPTS = {"Russian", "Arabic", "Thai", "Japanese", "Korean", "several at once", "a short one"}
NOISE = [name for name in ODD if name not in {*EMPTY, *SCRIPTS, "SQL"}]
FOREIGN = {
    **{name: text for name, text in ODD.items() if name in SCRIPTS},
    "several at once": "где камера? أين الكاميرا؟ カメラはどこ？ " * 40,
    "a short one": "Вы мошенники! Верните деньги!",
}
OUR_LETTER = re.compile("[a-z\u4e00-\u9fff]", re.IGNORECASE)
KANA = re.compile("[\u3040-\u30ff]")


def reckless(turn: TurnInput) -> EngineReply:
    if OUR_LETTER.search(turn.text) and not KANA.search(turn.text):
        grave = Signal(wire.COMPLAINT, "complain_safety_hazard", 0.99, {"topic": "safety_hazard"})
        return EngineReply(("Keep away from the device.",), (grave,), "scripted")
    return EngineReply((), (Signal(wire.UNANSWERED, "nlu_fallback"),), "scripted")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("bad-input")
    database = f"sqlite:///{folder / 'firebreak.db'}"
    with running(database, folder, using=ScriptedEngine(reckless), messages_per_10_seconds=1000) as site:
        yield site


def kept(site: Site, ada: Ada, table: type[Mention | Ticket | Gap]) -> int:
    with site.db.snapshot() as session:
        return session.query(table).filter_by(conversation_id=ada.id).count()


def waiting(site: Site, ada: Ada) -> int:
    with site.db.snapshot() as session:
        return session.query(Turn).filter_by(conversation_id=ada.id, state="waiting").count()


def alerts(site: Site) -> int:
    with site.db.snapshot() as session:
        return session.query(Alert).count()


@pytest.mark.parametrize("name", [*NOISE, *FOREIGN])
def test_it_is_answered_honestly_and_nothing_is_counted(site: Site, ada: Ada, name: str) -> None:
    (said,) = ada.asks({**ODD, **FOREIGN}[name].strip())
    assert [choice["payload"] for choice in said["choices"]] == [wire.HUMAN_CHOICE]
    assert (ada.state(), kept(site, ada, Mention), kept(site, ada, Ticket), alerts(site)) == ("bot", 0, 0, 0)


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_what_holds_no_character_is_refused_in_words(ada: Ada, name: str) -> None:
    refused = ada.post(ODD[name])
    assert refused.status_code == 422
    assert refused.json()["error"]["fields"].keys() == {"text"}


def test_however_much_noise_comes_there_is_no_ticket_and_nothing_for_editors(site: Site, ada: Ada) -> None:
    for name in NOISE:
        ada.asks(ODD[name].strip())
    assert (ada.state(), kept(site, ada, Ticket), kept(site, ada, Gap)) == ("bot", 0, 0)


def test_who_writes_in_no_language_of_ours_gets_one_ticket_however_much_comes(site: Site, ada: Ada) -> None:
    for text in FOREIGN.values():
        ada.say(text.strip())
    until(lambda: not waiting(site, ada), what="not every turn was settled")
    assert (ada.state(), kept(site, ada, Ticket), kept(site, ada, Mention)) == ("queue", 1, 0)
