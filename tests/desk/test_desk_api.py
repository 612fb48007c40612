"""The desk's own refusals and shapes, over HTTP and the socket."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from bot.chat.models import Conversation
from bot.desk import handoff
from bot.dialogue.scripted import ScriptedEngine
from bot.policy.load import load
from tests.conftest import migrated, peopled
from tests.people import PATIENCE_SECONDS, Ada, StaffMember, frame, until
from tests.sites import PASSWORD, Site, hire, running


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for the whole file: each test has its own ticket."""
    folder = tmp_path_factory.mktemp("desk")
    with peopled(migrated(request, folder), folder, ScriptedEngine()) as site:
        yield site


@contextmanager
def desk_socket(site: Site, token: str | None, *, origin: Origin | None = None) -> Iterator[ClientConnection]:
    url = site.url.replace("http://", "ws://")
    session = [Subprotocol(f"bearer.{token}")] if token else None
    line = connect(f"{url}/api/v1/desk/ws", subprotocols=session, origin=origin, proxy=None)
    try:
        yield line
    finally:
        line.close()


@pytest.fixture
def ticket(site: Site, ada: Ada) -> int:
    """Ada's conversation, handed over; the ticket's number."""
    ada.say("hello")
    return hand_over(site, ada.id)


def hand_over(site: Site, conversation_id: str, **told: Any) -> int:
    asked = {"facts": {}, "reason": "asked", "request_type": "question", "topic": None, "signals": [], **told}
    with site.db.transaction() as session:
        conversation = session.get_one(Conversation, conversation_id)
        return handoff.do_hand_off(session, policy=load(), conversation=conversation, message_id=None, **asked).number


def test_the_desk_is_for_agents_leads_and_supervisors(
    site: Site, ticket: int, eve: StaffMember, cleo: StaffMember, ben: StaffMember, dan: StaffMember
) -> None:
    for refused in (eve, cleo):
        assert refused.http.get("/desk/tickets").status_code == 403
        assert refused.http.post(f"/desk/tickets/{ticket}/claim").status_code == 403
    assert httpx.get(f"{site.url}/api/v1/desk/tickets", trust_env=False, timeout=PATIENCE_SECONDS).status_code == 401
    for allowed in (ben, dan):
        assert ticket in [one["number"] for one in allowed.tickets(limit=200)]


def test_a_ticket_has_every_field_of_the_contract(ticket: int, ben: StaffMember) -> None:
    card = ben.get(f"/desk/tickets/{ticket}")
    contract = {
        *("number", "request_type", "status", "priority", "priority_reasons", "team", "holder", "customer"),
        *("conversation_id", "channel", "language", "summary", "topic", "signals", "created_at"),
        *("first_response_due", "resolution_due", "breached", "cause", "version"),
        *("messages", "events", "conversation_state"),
    }
    assert contract <= card.keys()
    assert card["conversation_state"] == "queue"
    assert card["messages"][0]["text"] == "hello"
    assert card["first_response_due"].endswith("Z")


def test_the_second_claim_and_a_stale_reply_are_conflicts_with_their_own_codes(
    ticket: int, ben: StaffMember, staff: Callable[[str], StaffMember], ada: Ada
) -> None:
    assert ben.post(f"/desk/tickets/{ticket}/claim")["holder"]["name"] == "Ben"
    refused = staff("bea").http.post(f"/desk/tickets/{ticket}/claim")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")
    stale = ben.http.post(
        f"/desk/tickets/{ticket}/reply", json={"text": "hi", "based_on_seq": 0, "client_message_id": "a"}
    )
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "stale")


def test_a_reply_gives_the_message_and_the_ticket(ticket: int, ben: StaffMember, ada: Ada) -> None:
    seq = ben.get(f"/desk/tickets/{ticket}")["last_customer_seq"]
    body = {"text": "On it", "based_on_seq": seq, "client_message_id": "a"}
    said = ben.post(f"/desk/tickets/{ticket}/reply", body)
    assert (said["message"]["text"], said["message"]["author_name"]) == ("On it", "Ben")
    assert said["ticket"]["status"] == "open"
    assert ben.post(f"/desk/tickets/{ticket}/reply", body)["message"] == said["message"]
    assert [m["text"] for m in ada.messages()].count("On it") == 1


@pytest.mark.parametrize(("path", "body"), [("resolve", {"summary": "done"}), ("return-to-bot", {})])
def test_nothing_is_settled_or_given_back_over_a_message_that_was_not_read(
    ticket: int, ben: StaffMember, ada: Ada, path: str, body: dict[str, Any]
) -> None:
    ben.post(f"/desk/tickets/{ticket}/claim")
    seen = ben.get(f"/desk/tickets/{ticket}")["last_customer_seq"]
    newer = ada.say("wait, there is more")["seq"]
    based = {**body, "based_on_seq": seen}
    refused = ben.post(f"/desk/tickets/{ticket}/{path}", based, status=409)["error"]
    assert (refused["code"], refused["fields"]) == ("stale", {"last_customer_seq": newer})
    assert ada.state() == "agent"
    ben.post(f"/desk/tickets/{ticket}/{path}", {**body, "based_on_seq": newer})
    assert ada.state() in ("closed", "bot")


def test_without_a_number_nothing_is_checked_and_no_body_is_needed(ticket: int, ben: StaffMember, ada: Ada) -> None:
    ben.post(f"/desk/tickets/{ticket}/claim")
    ada.say("wait, there is more")
    assert ben.http.post(f"/desk/tickets/{ticket}/return-to-bot").status_code == 200
    assert ben.http.post(f"/desk/tickets/{ticket}/resolve", json={"summary": "done"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("reply", {"text": " ", "based_on_seq": 9, "client_message_id": "a"}),
        ("reply", {"text": "a\u0000", "based_on_seq": 9, "client_message_id": "a"}),
        ("reply", {"text": "hi", "based_on_seq": 9, "client_message_id": ""}),
        ("note", {}),
        ("transfer", {"team": "moon", "reason": "x"}),
        ("wait", {"reason": "x", "until": "2026-01-01T10:00:00"}),
        ("resolve", {"summary": ""}),
    ],
)
def test_bad_requests_are_refused_in_words(ticket: int, ben: StaffMember, path: str, body: dict[str, Any]) -> None:
    answer = ben.http.post(f"/desk/tickets/{ticket}/{path}", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]


def test_what_is_not_there_is_404_and_a_wild_filter_is_422(ticket: int, ben: StaffMember) -> None:
    assert ben.http.get("/desk/tickets/4711").status_code == 404
    assert ben.http.post("/desk/tickets/4711/claim").status_code == 404
    for query in ("status=lost", "cursor=x", "limit=0", "limit=1000"):
        assert ben.http.get(f"/desk/tickets?{query}").status_code == 422
    assert ben.http.get("/desk/tickets?status=new,open&q=%00").status_code == 422
    assert ben.http.get("/desk/tickets?status=&team=&mine=&q=").status_code == 200


def test_the_socket_shows_tickets_and_their_messages_and_nothing_of_other_conversations(
    site: Site, ada: Ada, ben: StaffMember
) -> None:
    with desk_socket(site, ben.token) as socket:
        socket.send('{"type":"ping"}')
        frame(socket, "pong")
        ada.asks("only the bot hears this")
        number = hand_over(site, ada.id)
        until(lambda: frame(socket, "ticket")["ticket"]["number"] == number)
        ada.say("is anybody there")
        texts: list[str] = []
        while "is anybody there" not in texts:
            texts.append(frame(socket, "message")["message"]["text"])
        assert "only the bot hears this" not in texts


def test_the_customer_sees_the_holder_typing(site: Site, ada: Ada, ben: StaffMember, ticket: int) -> None:
    ben.post(f"/desk/tickets/{ticket}/claim")
    with ada.socket() as hers, desk_socket(site, ben.token) as socket:
        frame(hers, "state")
        socket.send('{"type":"ping"}')
        frame(socket, "pong")
        socket.send(f'{{"type":"typing","number":{ticket}}}')
        assert frame(hers, "typing")["author"] == "agent"


def test_the_socket_is_refused_without_a_session_to_the_wrong_role_and_to_a_strange_page(
    site: Site, ben: StaffMember, cleo: StaffMember
) -> None:
    refused = ((None, None), (cleo.token, None), (ben.token, Origin("https://evil.example")))
    for token, origin in refused:
        with pytest.raises(InvalidStatus), desk_socket(site, token, origin=origin):
            pass


def test_only_the_desks_own_page_opens_its_socket_and_no_shop_that_may_show_the_chat(tmp_path: Path) -> None:
    shop = "https://shop.example"
    with running(f"sqlite:///{tmp_path / 'desk.db'}", tmp_path, allowed_origins=shop) as site:
        hire(site.db)
        ben = StaffMember(site.url, "ben@emberly.example", PASSWORD)
        with pytest.raises(InvalidStatus) as refused, desk_socket(site, ben.token, origin=Origin(shop)):
            pass
        assert refused.value.response.status_code == 403
        with desk_socket(site, ben.token, origin=Origin(site.url)) as socket:
            socket.send('{"type":"ping"}')
            frame(socket, "pong")


def test_a_line_that_may_have_missed_events_is_closed_so_that_its_page_reads_again(
    site: Site, ben: StaffMember
) -> None:
    with desk_socket(site, ben.token) as socket:
        socket.send('{"type":"ping"}')
        frame(socket, "pong")
        hub = site.app.state.hub
        hub._loop.call_soon_threadsafe(hub.resync)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=PATIENCE_SECONDS)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013


def test_the_line_ends_when_the_session_does(site: Site, ben: StaffMember) -> None:
    with desk_socket(site, ben.token) as socket:
        ben.http.post("/staff/logout")
        with pytest.raises(ConnectionClosed) as closed:
            answered(socket)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401


def answered(socket: ClientConnection) -> dict[str, Any]:
    socket.send('{"type":"ping"}')
    return frame(socket, "pong")


def test_words_that_had_better_not_be_sent_are_told_and_may_be_sent(ada: Ada, ben: StaffMember, ticket: int) -> None:
    draft = "Calm down, 我保证明天到。"
    told = ben.post("/desk/wording", {"text": draft})["items"]
    assert told == [
        {"kind": "hurtful", "words": "Calm down", "start": 0, "end": 9},
        {"kind": "overpromise", "words": "保证", "start": 12, "end": 14},
    ]
    assert ben.post("/desk/wording", {"text": "It should be there by Friday."}) == {"items": []}
