"""The clock is set an hour forward or back: nobody waits for an hour, and nothing is said twice."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.chat.models import Conversation, Turn
from bot.core import clock, jobs
from bot.core.jobs import Job, JobState
from bot.dialogue import claim
from bot.dialogue.engine import EngineFailed, EngineReply, TurnInput
from bot.dialogue.scripted import ScriptedEngine
from tests.people import Ada, until
from tests.scripts import by_first_word
from tests.sites import Site

HOUR = timedelta(hours=1)


class Away:
    """A script that fails until it is told to answer."""

    answers = False

    def __call__(self, turn: TurnInput) -> EngineReply:
        if not self.answers:
            raise EngineFailed("away")
        return by_first_word(turn)


@pytest.fixture
def database_url(tmp_path: Path, migrated_file: Path) -> str:
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'clocks.db')}"


@pytest.fixture
def script() -> Away:
    return Away()


@pytest.fixture
def engine(script: Away) -> ScriptedEngine:
    return ScriptedEngine(script)


@pytest.fixture(params=[HOUR, -HOUR], ids=["forward", "back"])
def jump(request: pytest.FixtureRequest) -> timedelta:
    found: timedelta = request.param
    return found


def _tried(site: Site, ada: Ada) -> bool:
    with site.db.snapshot() as session:
        return bool(session.scalar(select(Turn.attempts).where(Turn.conversation_id == ada.id)))


def test_what_was_put_off_before_the_clock_was_set_is_answered_at_once(
    site: Site, ada: Ada, script: Away, jump: timedelta
) -> None:
    ada.say("hello")
    until(lambda: _tried(site, ada), what="nobody tried to answer")
    with clock.travel(jump):
        script.answers = True
        ada.hears(lambda m: m["text"] == "Hello, I am a bot.")
        assert [m["author"] for m in ada.ours()].count("bot") == 1


def test_a_lease_from_a_later_hour_holds_nobody_up(site: Site, ada: Ada, script: Away) -> None:
    later = clock.now() + HOUR
    with site.db.transaction() as session:
        held = update(Conversation).where(Conversation.id == ada.id)
        session.execute(held.values(turn_lease_until=later, turn_lease_by="gone"))
    script.answers = True
    assert ada.asks("hello")[0]["text"] == "Hello, I am a bot."


def test_a_lease_that_runs_is_left_alone(site: Site, ada: Ada) -> None:
    with site.db.transaction() as session:
        assert claim.do_claim(session, conversation_id=ada.id, worker="one")
    with site.db.transaction() as session:
        assert not claim.do_claim(session, conversation_id=ada.id, worker="two")


def test_a_job_that_was_begun_at_a_later_hour_is_run_again(site: Site) -> None:
    with site.db.transaction() as session:
        job = jobs.enqueue(session, "made up", {})
        session.flush()
        lease = clock.now() + HOUR
        session.execute(update(Job).where(Job.id == job.id).values(state=JobState.RUNNING, lease_until=lease))
        assert [found.id for found in jobs.claim(session)] == [job.id]
        assert jobs.claim(session) == []
        session.execute(update(Job).where(Job.id == job.id).values(state=JobState.DONE))


def test_who_was_told_at_a_later_hour_is_told_again(site: Site, ada: Ada, script: Away) -> None:
    script.answers = True
    ada.asks("person please")
    with site.db.transaction() as session:
        told = update(Conversation).where(Conversation.id == ada.id)
        session.execute(told.values(told_at=clock.now() + HOUR))
    assert "number" in ada.ours()[-1]["text"]
    assert "Your message is with request" in ada.asks("hello")[-1]["text"]


def test_nobody_is_limited_by_the_clock(site: Site, ada: Ada, script: Away, jump: timedelta) -> None:
    script.answers = True
    with clock.travel(jump):
        for number in range(12):
            ada.say(f"hello {number}")
    ada.asks("hello at last")
    assert [m["seq"] for m in ada.messages()] == list(range(1, len(ada.messages()) + 1))
