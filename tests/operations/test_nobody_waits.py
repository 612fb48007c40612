"""Whatever breaks on a message, somebody gets it: people by a ticket, or else an operator who tries it again."""

from collections.abc import Callable

import pytest
from sqlalchemy import text, update

from bot.chat.models import Turn
from bot.core.db import Database
from bot.dialogue.scripted import ScriptedEngine
from bot.dialogue.turn import TRIES
from tests.people import Ada, StaffMember, until
from tests.sites import Site

BROKEN = "as if the table were damaged"


def refuse(db: Database, name: str, *, table: str, when: str, event: str) -> None:
    """Let the database itself refuse a write, as a damaged table would."""
    with db.transaction() as session:
        if db.is_sqlite:
            abort = f"BEGIN SELECT RAISE(ABORT, '{BROKEN}'); END"
            session.execute(text(f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when} {abort}"))
            return
        body = f"BEGIN RAISE EXCEPTION '{BROKEN}'; END"
        session.execute(text(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"))
        each = f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
        session.execute(text(f"CREATE TRIGGER {name} BEFORE {event} ON {table} {each}"))


def allow(db: Database, name: str, *, table: str) -> None:
    with db.transaction() as session:
        session.execute(text(f"DROP TRIGGER {name}" + ("" if db.is_sqlite else f" ON {table}")))


def spend_the_tries(db: Database, message_id: str) -> None:
    """As if the minute of trying had passed."""
    with db.transaction() as session:
        session.execute(update(Turn).where(Turn.message_id == message_id).values(attempts=TRIES))


def turn_of(db: Database, message_id: str) -> Turn:
    with db.snapshot() as session:
        return session.get_one(Turn, message_id)


@pytest.fixture
def admin(staff: Callable[[str], StaffMember]) -> StaffMember:
    return staff("admin")


def test_a_message_on_which_every_try_breaks_ends_in_a_ticket(
    site: Site, ada: Ada, ben: StaffMember, admin: StaffMember
) -> None:
    refuse(site.db, "no_facts", table="turns", when="NEW.facts IS NOT NULL", event="UPDATE")
    message_id = ada.say("where is my parcel")["message_id"]
    until(lambda: turn_of(site.db, message_id).attempts > 0, what="no try was counted")
    spend_the_tries(site.db, message_id)
    told = ada.hears(lambda message: message.get("in_reply_to") == message_id and message["author"] == "system")
    assert str(ben.ticket_of(ada)["number"]) in told["text"]
    assert (turn_of(site.db, message_id).state, turn_of(site.db, message_id).outcome) == ("done", "failed")
    (left,) = admin.get("/operations/jobs", state="failed")["items"]
    assert (left["kind"], left["belongs_to"], BROKEN in str(left)) == ("count", ada.id, False)
    allow(site.db, "no_facts", table="turns")
    later = ada.say("and now")["message_id"]
    until(lambda: turn_of(site.db, later).outcome == "in_queue", what="the conversation does not go on")


def test_where_not_even_a_ticket_can_be_made_an_operator_sees_it_and_tries_it_again(
    site: Site, ada: Ada, admin: StaffMember, engine: ScriptedEngine
) -> None:
    refuse(site.db, "no_tickets", table="tickets", when="NEW.id IS NULL OR NEW.status = 'new'", event="INSERT")
    message_id = ada.say("I want to talk to a person please")["message_id"]
    until(lambda: turn_of(site.db, message_id).attempts > 0, what="no try was counted")
    spend_the_tries(site.db, message_id)
    (stuck,) = until(lambda: admin.get("/operations/jobs", state="failed")["items"], what="nothing became visible")
    assert (stuck["id"], stuck["belongs_to"]) == (f"turn:{message_id}", ada.id)
    admin.post(f"/operations/jobs/{stuck['id']}/give-up", {"reason": "No."}, status=422)
    parts = admin.get("/operations")["parts"]
    assert (parts["jobs"]["state"], parts["jobs"]["failed"]) == ("degraded", 1)
    allow(site.db, "no_tickets", table="tickets")
    assert admin.post(f"/operations/jobs/{stuck['id']}/replay") == {"replayed": [stuck["id"]]}
    until(lambda: ada.state() == "queue", what="no ticket after the replay")
    until(lambda: admin.get("/operations/jobs", state="failed")["items"] == [], what="it is still listed")
