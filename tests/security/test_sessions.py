"""A session ends when it should, everywhere and within seconds; passwords are changed, given once, and looked after."""

import json
import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection
from websockets.typing import Subprotocol

from bot.core import auth, clock, passwords
from bot.core.audit import Happened, StaffEvent
from tests.people import StaffMember
from tests.sites import PASSWORD, Site

NEW = "a password of my own"
SIGNED_OUT = 4401


@pytest.fixture
def email(site: Site) -> str:
    """An account of this test alone: an agent."""
    email = f"{secrets.token_hex(6)}@emberly.example"
    with site.db.transaction() as session:
        auth.do_add_staff(session, email=email, name="Bea", roles=["agent"], password=PASSWORD)
    return email


@pytest.fixture
def bea(site: Site, email: str) -> StaffMember:
    return StaffMember(site.url, email, PASSWORD)


@pytest.fixture
def admin(site: Site) -> StaffMember:
    return StaffMember(site.url, "admin@emberly.example", PASSWORD)


@pytest.fixture
def line(site: Site, bea: StaffMember) -> Iterator[Connection]:
    """Bea's desk, open."""
    with connect(
        f"{site.url.replace('http', 'ws', 1)}/api/v1/desk/ws",
        subprotocols=[Subprotocol(f"bearer.{bea.token}")],
        proxy=None,
    ) as socket:
        socket.send(json.dumps({"type": "ping"}))
        socket.recv(timeout=60)
        yield socket


def account(site: Site, email: str) -> auth.Staff:
    with site.db.snapshot() as session:
        found = auth.account_of(session, email)
    assert found is not None
    return found


def happened(site: Site, email: str) -> list[tuple[str, dict[str, Any]]]:
    of_account = select(StaffEvent).where(StaffEvent.staff_id == account(site, email).id).order_by(StaffEvent.id)
    with site.db.snapshot() as session:
        return [(event.kind, event.detail) for event in session.scalars(of_account)]


def sign_in(http: httpx.Client, email: str, password: str) -> httpx.Response:
    http.cookies.clear()
    return http.post("/api/v1/staff/login", json={"email": email, "password": password})


def closing_code(line: Connection) -> int | None:
    """How the server closes it; fails where it stays open."""
    with pytest.raises(ConnectionClosed) as closed:
        _read_to_its_end(line)
    return closed.value.rcvd.code if closed.value.rcvd else None


def _read_to_its_end(line: Connection) -> None:
    while True:
        line.recv(timeout=60)


def test_a_new_password_ends_every_other_session_and_the_old_password(
    site: Site, http: httpx.Client, email: str, bea: StaffMember, line: Connection
) -> None:
    elsewhere = StaffMember(site.url, email, PASSWORD)
    changed = bea.http.post("/staff/password", json={"current": PASSWORD, "new": NEW}).json()
    assert changed["staff"]["password"] == "own"
    for token in (bea.token, elsewhere.token):
        assert http.get("/api/v1/staff/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    here = http.get("/api/v1/staff/me", headers={"Authorization": f"Bearer {changed['token']}"})
    assert here.json()["password"] == "own"
    assert closing_code(line) == SIGNED_OUT
    assert sign_in(http, email, PASSWORD).status_code == 401
    assert sign_in(http, email, NEW).status_code == 200


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [("not this one", NEW, "current"), (PASSWORD, "short", "password"), (PASSWORD, PASSWORD, "new")],
)
def test_a_password_is_not_changed_without_the_present_one_nor_to_a_bad_one(
    bea: StaffMember, current: str, new: str, field: str
) -> None:
    refused = bea.http.post("/staff/password", json={"current": current, "new": new})
    assert refused.status_code == 422
    assert list(refused.json()["error"]["fields"]) == [field]
    assert bea.get("/staff/me")["password"] == "given"


def test_a_one_time_password_opens_nothing_but_its_change(
    site: Site, http: httpx.Client, email: str, line: Connection, admin: StaffMember
) -> None:
    once = admin.post(f"/staff/accounts/{account(site, email).id}/reset-password")["password"]
    assert closing_code(line) == SIGNED_OUT
    assert sign_in(http, email, PASSWORD).status_code == 401
    bea = StaffMember(site.url, email, once)
    assert bea.get("/staff/me")["password"] == "one_time"
    refused = bea.http.get("/desk/tickets")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "password_change_needed")
    changed = bea.http.post("/staff/password", json={"current": once, "new": NEW}).json()
    bea.http.headers["Authorization"] = f"Bearer {changed['token']}"
    assert bea.http.get("/desk/tickets").status_code == 200
    assert sign_in(http, email, once).status_code == 401


def test_a_disabled_account_is_out_at_once_and_stays_out(
    site: Site, http: httpx.Client, email: str, bea: StaffMember, line: Connection, admin: StaffMember
) -> None:
    admin.post(f"/staff/accounts/{account(site, email).id}/disable", status=204)
    assert bea.http.get("/staff/me").status_code == 401
    assert closing_code(line) == SIGNED_OUT
    assert sign_in(http, email, PASSWORD).json() == sign_in(http, "nobody@emberly.example", PASSWORD).json()


def test_the_last_admin_cannot_be_disabled(site: Site, admin: StaffMember) -> None:
    refused = admin.http.post(f"/staff/accounts/{account(site, 'admin@emberly.example').id}/disable")
    assert refused.status_code == 409
    assert admin.http.get("/staff/me").status_code == 200


def test_other_roles_end_the_sessions_that_had_the_old_ones(
    site: Site, email: str, bea: StaffMember, line: Connection
) -> None:
    with site.db.transaction() as session:
        auth.do_add_staff(session, email=email, name="Bea", roles=["editor"], password=PASSWORD)
    assert bea.http.get("/staff/me").status_code == 401
    assert closing_code(line) == SIGNED_OUT
    assert ("changed", {"roles": ["editor"], "roles_before": ["agent"]}) in happened(site, email)


def test_signing_out_closes_the_desk(bea: StaffMember, line: Connection) -> None:
    bea.post("/staff/logout", status=204)
    assert closing_code(line) == SIGNED_OUT


def test_a_session_is_seen_and_ended_from_another_one(
    site: Site, email: str, bea: StaffMember, line: Connection
) -> None:
    elsewhere = StaffMember(site.url, email, PASSWORD)
    items = elsewhere.get("/staff/sessions")["items"]
    (other,) = [item for item in items if not item["this"]]
    assert len(items) == 2
    assert elsewhere.http.delete(f"/staff/sessions/{other['id']}").status_code == 204
    assert closing_code(line) == SIGNED_OUT
    assert bea.http.get("/staff/me").status_code == 401
    assert elsewhere.http.delete(f"/staff/sessions/{other['id']}").status_code == 404


def test_nobody_ends_a_session_of_somebody_else(bea: StaffMember, admin: StaffMember) -> None:
    (mine,) = bea.get("/staff/sessions")["items"]
    assert admin.http.delete(f"/staff/sessions/{mine['id']}").status_code == 404
    assert bea.http.get("/staff/me").status_code == 200


def test_a_session_lives_by_its_use_but_not_for_ever(bea: StaffMember) -> None:
    """12 hours without use, 24 in all; the clock is moved."""
    with clock.travel(timedelta(hours=11)):
        assert bea.http.get("/staff/me").status_code == 200
    with clock.travel(timedelta(hours=22)):
        assert bea.http.get("/staff/me").status_code == 200
    with clock.travel(timedelta(hours=24, seconds=1)):
        assert bea.http.get("/staff/me").status_code == 401


def test_a_session_that_nobody_uses_ends_and_pings_of_an_open_page_are_no_use(
    bea: StaffMember, line: Connection
) -> None:
    with clock.travel(timedelta(hours=11)):
        line.send(json.dumps({"type": "ping"}))
        line.recv(timeout=60)
    with clock.travel(timedelta(hours=12, seconds=1)):
        assert bea.http.get("/staff/me").status_code == 401
        assert closing_code(line) == SIGNED_OUT


def test_of_a_token_only_a_hash_is_kept(site: Site, bea: StaffMember) -> None:
    with site.db.snapshot() as session:
        kept = {value for row in session.scalars(select(auth.StaffSession)) for value in vars(row).values()}
    assert auth.hash_of(bea.token) in kept
    assert bea.token not in kept


def test_a_hash_of_older_parameters_is_made_anew_at_the_next_sign_in(
    site: Site, http: httpx.Client, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stronger = PasswordHasher(time_cost=3, memory_cost=passwords.MEMORY_KIB, parallelism=1)
    monkeypatch.setattr(passwords, "_argon2", stronger)
    assert sign_in(http, email, PASSWORD).status_code == 200
    assert ",t=3," in account(site, email).password_hash
    assert sign_in(http, email, PASSWORD).status_code == 200


def test_the_audit_says_who_did_what_and_never_what_was_typed(
    site: Site, http: httpx.Client, email: str, admin: StaffMember
) -> None:
    sign_in(http, email, "a wrong one")
    sign_in(http, "a-password-by-mistake", "a wrong one")
    sign_in(http, email, PASSWORD)
    admin.post(f"/staff/accounts/{account(site, email).id}/reset-password")
    kinds = [kind for kind, _ in happened(site, email)]
    assert kinds == [Happened.ADDED, Happened.SIGN_IN_FAILED, Happened.SIGNED_IN, Happened.PASSWORD_RESET]
    page = admin.http.get("/staff/events", params={"limit": 4}).json()
    reset, _, unknown, failed = page["items"]
    assert reset["by"] == account(site, "admin@emberly.example").id
    assert (unknown["kind"], unknown["staff_id"]) == ("sign_in_failed", None)
    assert failed["address"] == "127.0.0.1"
    assert "a wrong one" not in str(page)
    assert "a-password-by-mistake" not in str(page)
    assert admin.get("/staff/events", cursor=page["next"])["items"][0]["id"] < page["next"]


def test_accounts_are_listed_without_their_hashes(admin: StaffMember, bea: StaffMember, email: str) -> None:
    (mine,) = [item for item in admin.get("/staff/accounts")["items"] if item["email"] == email]
    assert (mine["roles"], mine["active"], mine["password"], mine["sessions"]) == (["agent"], True, "given", 1)
    assert "argon2" not in str(admin.get("/staff/accounts"))
