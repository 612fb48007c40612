"""Two web processes and two workers are one product: nobody notices which of them did what, nor that one is gone."""

import functools
import secrets
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import cycle

import httpx
import pytest
from sqlalchemy import select, text, update
from websockets.sync.client import ClientConnection, connect
from websockets.sync.connection import Connection
from websockets.typing import Subprotocol

from bot.chat.models import Conversation
from bot.core import clock
from bot.dialogue.claim import LEASE_SECONDS
from tests.grown.house import House
from tests.people import PATIENCE_SECONDS, Ada, Message, StaffMember, frame, until
from tests.sites import PASSWORD

DEAD = "one that died"
HUMAN = "I want to talk to a human"


def staff(url: str, name: str) -> StaffMember:
    return StaffMember(url, f"{name}@emberly.example", PASSWORD)


def at(ada: Ada, url: str) -> Ada:
    """The same customer at another door."""
    other = object.__new__(Ada)
    other.url, other.id, other.token, other.visitor = url, ada.id, ada.token, ada.visitor
    other.http = httpx.Client(base_url=f"{url}/api/v1", timeout=PATIENCE_SECONDS, trust_env=False)
    other.http.headers["Authorization"] = f"Bearer {ada.token}"
    return other


def desk_of(member: StaffMember, url: str) -> ClientConnection:
    address = f"{url.replace('http://', 'ws://')}/api/v1/desk/ws"
    return connect(address, subprotocols=[Subprotocol(f"bearer.{member.token}")], proxy=None)


def hears(socket: Connection, words: str, *, author: str = "customer") -> None:
    """Until `author` says `words` on this line."""
    heard: list[tuple[str, str]] = []
    try:
        while heard[-1:] != [(author, words)]:
            message = frame(socket, "message")["message"]
            heard.append((message["author"], message["text"]))
    except TimeoutError:
        raise AssertionError(f"heard only {heard}") from None


def said_by_the_bot(ada: Ada) -> list[Message]:
    return [message for message in ada.ours() if message["author"] == "bot"]


@pytest.fixture
def ada(house: House) -> Ada:
    return Ada(house.a)


def test_a_customer_and_an_agent_on_two_webs_see_each_other_at_once(house: House, ada: Ada) -> None:
    ben = staff(house.b, "ben")
    with ada.socket() as page, desk_of(ben, house.b) as desk:
        ada.say(HUMAN)
        until(lambda: frame(desk, "ticket")["ticket"]["conversation_id"] == ada.id)
        ticket = ben.ticket_of(ada)
        ben.post(f"/desk/tickets/{ticket['number']}/claim")
        last = ada.say("One more thing")
        hears(desk, "One more thing")
        reply = {"text": "I am.", "based_on_seq": last["seq"], "client_message_id": "1"}
        ben.post(f"/desk/tickets/{ticket['number']}/reply", reply)
        hears(page, "I am.", author="agent")


def test_twenty_messages_at_once_through_both_webs_are_numbered_and_answered_in_order(house: House, ada: Ada) -> None:
    doors = cycle((ada, at(ada, house.b)))
    with ThreadPoolExecutor(20) as pool:
        receipts = [*pool.map(lambda n, door: door.say(f"word {n}"), range(20), doors)]
    until(lambda: len(said_by_the_bot(ada)) == 20)
    thread = ada.messages()
    asked = [(m["message_id"], m["text"]) for m in thread if m["author"] == "customer"]
    assert [m["seq"] for m in thread] == list(range(1, len(thread) + 1))
    assert [message_id for message_id, _ in asked] == [
        r["message_id"] for r in sorted(receipts, key=lambda r: r["seq"])
    ]
    assert [(m["in_reply_to"], m["text"]) for m in said_by_the_bot(ada)] == asked


def test_a_resend_through_the_other_web_gets_the_first_receipt(house: House, ada: Ada) -> None:
    first = ada.say("hello", client_message_id="once")
    again = at(ada, house.b).post("hello", client_message_id="once")
    assert again.status_code == 200
    assert again.json() == first


def is_handed_over(ada: Ada) -> bool:
    return ada.state() == "queue"


def test_of_two_claims_at_two_webs_one_wins(house: House) -> None:
    ben, bea = staff(house.a, "ben"), staff(house.b, "bea")
    with ThreadPoolExecutor(2) as pool:
        for _ in range(5):
            ada = Ada(house.b)
            ada.say(HUMAN)
            until(functools.partial(is_handed_over, ada))
            claim = f"/desk/tickets/{ada.ticket()['number']}/claim"
            codes = [
                answer.status_code for answer in pool.map(lambda who, claim=claim: who.http.post(claim), (ben, bea))
            ]
            assert sorted(codes) == [200, 409]


def test_limits_are_counted_by_all_webs_together(house: House) -> None:
    doors = cycle((house.a, house.b))
    guess = {"email": "dan@emberly.example", "password": "a wrong guess"}
    headers = {"X-Forwarded-For": f"203.0.113.{secrets.randbelow(200)}"}
    codes = [
        httpx.post(
            f"{next(doors)}/api/v1/staff/login", json=guess, headers=headers, trust_env=False, timeout=PATIENCE_SECONDS
        )
        for _ in range(8)
    ]
    assert [answer.status_code for answer in codes] == [401] * 5 + [429] * 3


@pytest.fixture
def held(house: House, ada: Ada) -> Iterator[Ada]:
    """Ada, whose conversation is held by a worker that died: nobody answers until its lease has run out."""
    lease(house, ada, by=DEAD, seconds=LEASE_SECONDS)
    yield ada
    lease(house, ada, by=DEAD, seconds=-1)


def lease(house: House, ada: Ada, *, by: str, seconds: float) -> None:
    until_then = clock.now() + timedelta(seconds=seconds)
    this = update(Conversation).where(Conversation.id == ada.id)
    with house.db.transaction() as session:
        session.execute(this.values(turn_lease_by=by, turn_lease_until=until_then))


def is_told_while_held(house: House, ada: Ada) -> bool:
    """The lease lasts as long as the machine is slow."""
    lease(house, ada, by=DEAD, seconds=LEASE_SECONDS)
    return any("safely received" in m["text"] for m in ada.ours())


def test_what_two_workers_find_out_together_is_said_once(house: House, held: Ada) -> None:
    question = held.say("how long does it take?")
    until(lambda: is_told_while_held(house, held), what="nobody told her that it takes longer")
    lease(house, held, by=DEAD, seconds=-1)
    held.hears(lambda m: m["author"] == "bot")
    assert [m["author"] for m in held.ours()] == ["system", "bot"]
    assert {m["in_reply_to"] for m in held.ours()} == {question["message_id"]}


def test_the_conversation_of_a_killed_worker_is_answered_by_the_other_once_its_lease_ends(
    house: House, ada: Ada
) -> None:
    """The victim claims the conversation and is killed while it writes: what it wrote is not there."""
    victim, other = house.workers
    other.send_signal(signal.SIGSTOP)
    with house.db.engine.connect() as blocker:
        victim.send_signal(signal.SIGSTOP)
        ada.say("hello")
        blocker.execute(text("LOCK TABLE messages IN SHARE ROW EXCLUSIVE MODE"))
        victim.send_signal(signal.SIGCONT)
        until(lambda: f":{victim.pid}:" in holder(house, ada))
        victim.kill()
        victim.wait()
        blocker.rollback()
    other.send_signal(signal.SIGCONT)
    lease(house, ada, by=holder(house, ada), seconds=-1)
    ada.hears(lambda m: m["text"] == "hello")
    assert [m["text"] for m in said_by_the_bot(ada)] == ["hello"]
    house.workers = [other, house.start_worker()]
    house.await_all()


def holder(house: House, ada: Ada) -> str:
    with house.db.snapshot() as session:
        return session.scalar(select(Conversation.turn_lease_by).where(Conversation.id == ada.id)) or ""


def test_without_valkey_everything_is_acknowledged_and_answered_and_lines_catch_up(house: House, ada: Ada) -> None:
    with ada.socket() as page:
        house.lose_valkey()
        try:
            at(ada, house.b).say("hello there")
            until(lambda: said_by_the_bot(ada), what=lambda: f"only {ada.messages()}")
        finally:
            house.start_valkey()
        hears(page, "hello there")
        hears(page, "hello there", author="bot")
    house.await_all()
    ada.say("and now?")
    until(lambda: [m["text"] for m in said_by_the_bot(ada)] == ["hello there", "and now?"])
