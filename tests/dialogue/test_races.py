"""One speaker: what the bot decided before an agent took over is never said after."""

import functools
import random
import threading
import time

import pytest

from bot.dialogue.scripted import ScriptedEngine
from tests.people import Ada, StaffMember, until
from tests.sites import Site

RACES = 10


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine(delay_seconds=0.02)


def test_the_bot_falls_silent_the_moment_an_agent_takes_over(site: Site, ben: StaffMember) -> None:
    dice = random.Random(7)
    for _ in range(RACES):
        ada = Ada(site.url)
        ada.asks("please", choice="human")
        number = ben.ticket_of(ada)["number"]
        ben.post(f"/desk/tickets/{number}/claim")
        ben.post(f"/desk/tickets/{number}/return-to-bot")
        burst = threading.Thread(target=_write_five, args=(ada,))
        burst.start()
        time.sleep(dice.uniform(0, 0.12))
        ben.post(f"/desk/tickets/{number}/claim")
        claimed_at = next(
            e["at"] for e in reversed(ben.get(f"/desk/tickets/{number}")["events"]) if e["event"] == "claimed"
        )
        burst.join()
        until(functools.partial(_settled, site, ada))
        late = [m for m in ada.ours() if m["author"] == "bot" and m["at"] > claimed_at]
        assert late == []


def _settled(site: Site, ada: Ada) -> bool:
    from sqlalchemy import func, select

    from bot.chat.models import Turn

    with site.db.snapshot() as session:
        waiting = session.scalar(select(func.count()).where(Turn.conversation_id == ada.id, Turn.state == "waiting"))
    return waiting == 0


def _write_five(ada: Ada) -> None:
    for number in range(5):
        ada.say(f"word {number}")
