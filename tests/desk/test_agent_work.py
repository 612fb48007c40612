"""What agents do with a ticket, and what they are refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.chat.models import Author, Kind, Message, Owner
from bot.core import clock, errors
from bot.core.auth import Staff
from bot.core.db import Database
from bot.desk import service, views
from bot.desk.access import access_ticket
from bot.desk.models import Status, Ticket, TicketEvent
from bot.policy.shapes import Policy
from tests.desk.room import Cast

Perform = Callable[..., Any]


@pytest.fixture
def waiting(cast: Cast) -> tuple[str, int]:
    """Ada's conversation in the queue: `(conversation_id, number)`."""
    conversation_id = cast.conversation()
    return conversation_id, cast.hand_off(conversation_id).number


def reply(
    perform: Perform, staff: Staff, number: int, *, text: str = "I am looking", seq: int = 1, key: str = "r1"
) -> Message:
    told = {"text": text, "based_on_seq": seq, "client_message_id": key}
    said: Message = perform(service.do_reply, number=number, staff=staff, **told)
    return said


def test_a_claim_gives_the_agent_the_word_and_tells_the_customer(
    cast: Cast, perform: Perform, waiting: tuple[str, int]
) -> None:
    conversation_id, number = waiting
    ticket = perform(service.do_claim, number=number, staff=cast.ben)
    assert (ticket.status, ticket.holder_id) == (Status.OPEN, cast.ben.id)
    conversation = cast.read(conversation_id)
    assert (conversation.owner, conversation.agent_id) == (Owner.AGENT, cast.ben.id)
    told = cast.thread(conversation_id)[-1]
    assert (told.author, told.kind, told.text) == (Author.SYSTEM, Kind.EVENT, "Ben from Service has taken over.")


def test_two_agents_cannot_hold_one_ticket(cast: Cast, perform: Perform, waiting: tuple[str, int]) -> None:
    _, number = waiting
    perform(service.do_claim, number=number, staff=cast.ben)
    with pytest.raises(errors.Conflict, match="Ben holds this ticket"):
        perform(service.do_claim, number=number, staff=cast.bea)
    with pytest.raises(errors.Conflict):
        reply(perform, cast.bea, number)


def test_claiming_ones_own_ticket_again_changes_nothing(cast: Cast, perform: Perform, waiting: tuple[str, int]) -> None:
    conversation_id, number = waiting
    first = perform(service.do_claim, number=number, staff=cast.ben)
    again = perform(service.do_claim, number=number, staff=cast.ben)
    assert again.version == first.version
    assert len(cast.thread(conversation_id)) == 2


def test_a_reply_claims_reaches_the_customer_and_stops_the_clock(
    cast: Cast, perform: Perform, waiting: tuple[str, int], db: Database
) -> None:
    conversation_id, number = waiting
    said = reply(perform, cast.ben, number)
    assert (said.author, said.text, said.staff_id) == (Author.AGENT, "I am looking", cast.ben.id)
    assert cast.read(conversation_id).owner == Owner.AGENT
    with db.snapshot() as session:
        ticket = access_ticket(session, number=number, staff=cast.ben)
    assert ticket.first_response_at == said.at
    assert ticket.holder_id == cast.ben.id


def test_the_same_reply_sent_twice_is_said_once(cast: Cast, perform: Perform, waiting: tuple[str, int]) -> None:
    conversation_id, number = waiting
    first = reply(perform, cast.ben, number)
    cast.says(conversation_id, "Are you there?")
    again = reply(perform, cast.ben, number)
    assert again.id == first.id
    assert [m.text for m in cast.thread(conversation_id)].count("I am looking") == 1


def test_a_reply_to_an_old_state_of_the_conversation_is_refused(
    cast: Cast, perform: Perform, waiting: tuple[str, int]
) -> None:
    conversation_id, number = waiting
    cast.says(conversation_id, "Wait, I found it")
    with pytest.raises(errors.Stale) as refused:
        reply(perform, cast.ben, number, seq=1)
    assert refused.value.fields == {"last_customer_seq": 2}
    assert reply(perform, cast.ben, number, seq=2).text == "I am looking"


def test_a_note_stays_inside(
    cast: Cast, perform: Perform, waiting: tuple[str, int], db: Database, policy: Policy
) -> None:
    conversation_id, number = waiting
    perform(service.do_note, number=number, staff=cast.bea, text="Courier called")
    with db.snapshot() as session:
        ticket = access_ticket(session, number=number, staff=cast.bea)
        card = views.card(session, ticket)
        seen = views.customer_view(session, policy=policy, conversation=cast.read(conversation_id))
    assert [(e["event"], e["text"], e["author"]) for e in card["events"][1:]] == [("note", "Courier called", "Bea")]
    assert seen is not None
    assert [entry["event"] for entry in seen["timeline"]] == ["received"]
    assert len(cast.thread(conversation_id)) == 1


def test_a_ticket_on_hold_opens_again_when_the_customer_writes(
    cast: Cast, perform: Perform, waiting: tuple[str, int], db: Database
) -> None:
    conversation_id, number = waiting
    perform(service.do_claim, number=number, staff=cast.ben)
    held = perform(service.do_wait, number=number, staff=cast.ben, reason="needs a photo")
    assert held.status == Status.WAITING
    with db.transaction() as session:
        heard = service.do_hear(session, conversation=cast.read(conversation_id))
    assert heard is not None
    assert heard.status == Status.OPEN


def test_only_the_holder_puts_a_ticket_on_hold_and_never_until_yesterday(
    cast: Cast, perform: Perform, waiting: tuple[str, int]
) -> None:
    _, number = waiting
    with pytest.raises(errors.Conflict, match="Claim this ticket first"):
        perform(service.do_wait, number=number, staff=cast.ben, reason="needs a photo")
    perform(service.do_claim, number=number, staff=cast.ben)
    with pytest.raises(errors.Invalid):
        perform(service.do_wait, number=number, staff=cast.ben, reason="later", until=clock.now() - timedelta(days=1))


def test_a_transfer_puts_the_customer_back_in_the_queue_of_another_team(
    cast: Cast, perform: Perform, waiting: tuple[str, int]
) -> None:
    conversation_id, number = waiting
    perform(service.do_claim, number=number, staff=cast.ben)
    moved = perform(service.do_transfer, number=number, staff=cast.ben, team="repairs", reason="broken hinge")
    assert (moved.team, moved.status, moved.holder_id) == ("repairs", Status.NEW, None)
    assert cast.read(conversation_id).owner == Owner.QUEUE
    assert cast.thread(conversation_id)[-1].text.startswith("Your request 1001 now goes to our Repairs team, who will")
    assert perform(service.do_claim, number=number, staff=cast.bea).holder_id == cast.bea.id


def test_only_a_lead_moves_what_somebody_else_holds(cast: Cast, perform: Perform, waiting: tuple[str, int]) -> None:
    _, number = waiting
    perform(service.do_claim, number=number, staff=cast.ben)
    with pytest.raises(errors.Conflict):
        perform(service.do_transfer, number=number, staff=cast.bea, team="repairs", reason="mine")
    assert perform(service.do_transfer, number=number, staff=cast.lea, team="repairs", reason="ill").team == "repairs"


def test_a_transfer_to_nobody_is_refused(cast: Cast, perform: Perform, waiting: tuple[str, int]) -> None:
    with pytest.raises(errors.Invalid, match="Teams are: service"):
        perform(service.do_transfer, number=waiting[1], staff=cast.ben, team="moon", reason="-")


def test_a_solved_ticket_closes_the_conversation_and_the_bot_may_answer_the_next_message(
    cast: Cast, perform: Perform, waiting: tuple[str, int]
) -> None:
    conversation_id, number = waiting
    reply(perform, cast.ben, number)
    before = cast.read(conversation_id).owner_version
    solved = perform(service.do_resolve, number=number, staff=cast.ben, summary="Sent anew", cause="process")
    assert (solved.status, solved.solution, solved.cause) == (Status.RESOLVED, "Sent anew", "process")
    conversation = cast.read(conversation_id)
    assert (conversation.state, conversation.owner, conversation.agent_id) == ("closed", Owner.BOT, None)
    assert conversation.owner_version == before + 1
    assert "marked your request 1001 as solved" in cast.thread(conversation_id)[-1].text
    with pytest.raises(errors.Conflict):
        reply(perform, cast.ben, number, key="r2", seq=9)


def test_a_reopened_ticket_belongs_to_whoever_reopened_it(
    cast: Cast, perform: Perform, waiting: tuple[str, int]
) -> None:
    conversation_id, number = waiting
    perform(service.do_resolve, number=number, staff=cast.ben, summary="Sent anew")
    with pytest.raises(errors.Conflict):
        perform(service.do_claim, number=number, staff=cast.bea)
    again = perform(service.do_reopen, number=number, staff=cast.bea, reason="came back")
    assert (again.status, again.holder_id, again.resolved_at) == (Status.OPEN, cast.bea.id, None)
    assert cast.read(conversation_id).state == "agent"
    with pytest.raises(errors.Conflict, match="not settled"):
        perform(service.do_reopen, number=number, staff=cast.ben, reason="twice")


def test_a_settled_ticket_stays_so_while_a_newer_one_is_open(
    cast: Cast, perform: Perform, waiting: tuple[str, int]
) -> None:
    conversation_id, number = waiting
    perform(service.do_resolve, number=number, staff=cast.ben, summary="Sent anew")
    newer = cast.hand_off(conversation_id)
    assert newer.number != number
    with pytest.raises(errors.Conflict, match="newer ticket"):
        perform(service.do_reopen, number=number, staff=cast.ben, reason="came back")


def test_an_agent_can_give_the_word_back_and_keep_the_ticket(
    cast: Cast, perform: Perform, waiting: tuple[str, int]
) -> None:
    conversation_id, number = waiting
    perform(service.do_claim, number=number, staff=cast.ben)
    kept = perform(service.do_return_to_bot, number=number, staff=cast.ben)
    assert (kept.holder_id, kept.status) == (cast.ben.id, Status.OPEN)
    assert cast.read(conversation_id).owner == Owner.BOT
    assert reply(perform, cast.ben, number).author == Author.AGENT
    assert cast.read(conversation_id).owner == Owner.AGENT


def test_a_handoff_under_an_agent_raises_the_ticket_and_leaves_the_agent_speaking(
    cast: Cast, perform: Perform, waiting: tuple[str, int]
) -> None:
    conversation_id, number = waiting
    perform(service.do_claim, number=number, staff=cast.ben)
    version = cast.read(conversation_id).owner_version
    raised = cast.hand_off(conversation_id, facts={"risks": [{"kind": "safety", "words": "smoke"}]})
    assert (raised.priority, raised.holder_id) == ("urgent", cast.ben.id)
    assert (cast.read(conversation_id).owner, cast.read(conversation_id).owner_version) == (Owner.AGENT, version)


def test_an_agent_of_other_teams_finds_no_such_ticket(
    cast: Cast, perform: Perform, waiting: tuple[str, int], db: Database
) -> None:
    with db.transaction() as session:
        cast.bea.teams = ["repairs"]
        session.merge(cast.bea)
    with pytest.raises(errors.NotFound):
        perform(service.do_claim, number=waiting[1], staff=cast.bea)
    with pytest.raises(errors.NotFound):
        perform(service.do_claim, number=4711, staff=cast.ben)


def test_everything_that_happened_is_kept_in_order_with_its_author(
    cast: Cast, perform: Perform, waiting: tuple[str, int], db: Database
) -> None:
    _, number = waiting
    reply(perform, cast.ben, number)
    perform(service.do_resolve, number=number, staff=cast.ben, summary="Sent anew")
    with db.snapshot() as session:
        rows = session.scalars(select(TicketEvent).order_by(TicketEvent.id)).all()
        assert session.scalars(select(Ticket.version)).one() >= 3
    assert [(row.event, row.staff.name if row.staff else None) for row in rows] == [
        ("received", None),
        ("claimed", "Ben"),
        ("answered", "Ben"),
        ("resolved", "Ben"),
    ]
