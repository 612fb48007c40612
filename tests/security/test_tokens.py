"""A customer's token opens one conversation, for a time, and nobody else makes one."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from sqlalchemy.orm import Session
from websockets.exceptions import ConnectionClosed
from websockets.sync.connection import Connection

from bot import migrations, upkeep
from bot.core import clock, errors, tokens
from bot.core.db import Database
from bot.core.socket import SIGNED_OUT
from tests.people import PATIENCE_SECONDS, Ada, frame, until
from tests.sites import Site

IDENTITY = "an identity secret that is long enough"


def keys(site: Site) -> tokens.Keyring:
    found: tokens.Keyring = site.app.state.token_keys
    return found


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def signed(header: dict[str, Any], claims: dict[str, Any], key: str, method: str = "sha256") -> str:
    """A token put together by hand, as no library would."""
    body = f"{part(header)}.{part(claims)}"
    mark = hmac.new(key.encode(), body.encode(), method).digest()
    return f"{body}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def claims(ada: Ada, **more: Any) -> dict[str, Any]:
    return {"sub": ada.id, "exp": int((clock.now() + timedelta(days=1)).timestamp()), **more}


FORGERIES: dict[str, Callable[[str, Ada], str]] = {
    "no algorithm": lambda _key, ada: f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims(ada))}.",
    "no algorithm, signed": lambda key, ada: signed({"alg": "none"}, claims(ada), key),
    "another algorithm": lambda key, ada: signed({"alg": "HS512"}, claims(ada), key, "sha512"),
    "an algorithm of keys in pairs": lambda key, ada: signed({"alg": "RS256"}, claims(ada), key),
    "a key of its own": lambda key, ada: signed({"alg": "HS256", "jwk": {"kty": "oct", "k": "AAAA"}}, claims(ada), ""),
    "an empty key": lambda _key, ada: signed({"alg": "HS256"}, claims(ada), ""),
    "half the key": lambda key, ada: signed({"alg": "HS256"}, claims(ada), key[:32]),
    "a must that nobody knows": lambda key, ada: signed({"alg": "HS256", "crit": ["b64"]}, claims(ada), key),
    "no end": lambda key, ada: signed({"alg": "HS256"}, {"sub": ada.id}, key),
    "an end that is no number": lambda key, ada: signed({"alg": "HS256"}, claims(ada, exp="never"), key),
    "an end that has passed": lambda key, ada: signed({"alg": "HS256"}, claims(ada, exp=1), key),
    "nobody": lambda key, ada: signed({"alg": "HS256"}, {"exp": claims(ada)["exp"]}, key),
    "somebody who is no text": lambda key, ada: signed({"alg": "HS256"}, claims(ada, sub=[ada.id]), key),
    "a time that has not come": lambda key, ada: signed({"alg": "HS256"}, claims(ada, nbf=9_999_999_999), key),
    "a changed body": lambda _key, ada: ".".join(
        [ada.token.split(".")[0], part(claims(ada, exp=9_999_999_999)), ada.token.split(".")[2]]
    ),
    "no signature": lambda _key, ada: ada.token.rpartition(".")[0] + ".",
    "a part too many": lambda _key, ada: ada.token + ".AAAA",
    "no token at all": lambda _key, _ada: "hello",
    "a very long one": lambda _key, _ada: "A" * 8_000,
}


def opened(http: httpx.Client, ada: Ada, token: str) -> int:
    path = f"/api/v1/conversations/{ada.id}/messages"
    return http.get(path, headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.mark.parametrize("forgery", FORGERIES)
def test_nothing_but_our_own_signature_opens_a_conversation(
    site: Site, http: httpx.Client, ada: Ada, forgery: str
) -> None:
    assert opened(http, ada, ada.token) == 200
    assert opened(http, ada, signed({"alg": "HS256"}, claims(ada), keys(site).signing)) == 200
    assert opened(http, ada, FORGERIES[forgery](keys(site).signing, ada)) == 401


def test_a_token_for_a_browser_or_of_a_host_opens_no_conversation(site: Site, http: httpx.Client, ada: Ada) -> None:
    """Each purpose has keys of its own."""
    browser, _ = tokens.issue(site.app.state.browser_keys, ada.id, days=1)
    assert opened(http, ada, browser) == 401
    assert opened(http, ada, jwt.encode({**claims(ada), "aud": "firebreak"}, IDENTITY, "HS256")) == 401


def test_a_token_ends_and_one_that_has_ended_is_not_renewed(http: httpx.Client, ada: Ada) -> None:
    renewed = ada.http.post(f"/conversations/{ada.id}/token").json()["token"]
    assert opened(http, ada, renewed) == 200
    ended = jwt.decode(renewed, options={"verify_signature": False})
    assert timedelta(days=29) < timedelta(seconds=ended["exp"] - clock.now().timestamp()) <= timedelta(days=30)


@pytest.fixture
def looking_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "SESSIONS_SECONDS", 0.02)
    monkeypatch.setattr(upkeep, "KEYS_EVERY", 1)


@pytest.mark.usefixtures("looking_often")
def test_an_open_line_ends_with_its_token(site: Site) -> None:
    """A line of a renewed token stays."""
    ada, other = Ada(site.url), Ada(site.url)
    with clock.travel(timedelta(days=2)):
        other.token = other.http.post(f"/conversations/{other.id}/token").json()["token"]
    with ada.socket() as line, other.socket() as renewed:
        frame(line, "state")
        with clock.travel(timedelta(days=31)):
            assert closing_code(line) == SIGNED_OUT
            assert answers(renewed)
    with ada.socket() as again:
        assert answers(again)


@pytest.mark.usefixtures("looking_often")
def test_a_key_that_leaked_takes_the_open_lines_of_its_tokens_with_it(site: Site, ada: Ada) -> None:
    with ada.socket() as line:
        frame(line, "state")
        with site.db.transaction() as session:
            tokens.do_rotate(session, tokens.CUSTOMERS, days=30, at_once=True)
        assert closing_code(line) == SIGNED_OUT
    with Ada(site.url).socket() as line:
        assert answers(line)


def answers(line: Connection) -> bool:
    line.send('{"type": "ping"}')
    return bool(frame(line, "pong"))


def closing_code(line: Connection) -> int | None:
    """How the server closes it; fails where it stays open."""
    with pytest.raises(ConnectionClosed) as closed:
        frame(line, "nothing that comes")
    return closed.value.rcvd.code if closed.value.rcvd else None


def test_names_of_conversations_cannot_be_guessed(site: Site) -> None:
    """56 random bits a millisecond, and without a token not even a right guess is told from a wrong one."""
    names = [Ada(site.url).id for _ in range(5)]
    assert len({name[12:] for name in names}) == 5
    answers = [
        httpx.get(f"{site.url}/api/v1/conversations/{name}/messages", trust_env=False, timeout=PATIENCE_SECONDS)
        for name in (names[0], "0" * 26)
    ]
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1


@pytest.fixture
def database(tmp_path: Path) -> Database:
    url = f"sqlite:///{tmp_path / 'keys.db'}"
    migrations.upgrade(url)
    return Database(url)


def read(database: Database) -> tokens.Keyring:
    with database.transaction() as session:
        return tokens.keyring(session, tokens.CUSTOMERS)


def rotate(database: Database, **more: Any) -> None:
    def now(session: Session) -> None:
        tokens.do_rotate(session, tokens.CUSTOMERS, days=30, **more)

    with database.transaction() as session:
        now(session)


def test_a_new_key_is_accepted_at_once_and_signs_when_every_process_has_read_it(database: Database) -> None:
    before = read(database)
    rotate(database)
    between = read(database)
    assert between.signing == before.signing
    assert len(between.accepted) == 2
    with clock.travel(timedelta(seconds=tokens.SETTLE_SECONDS)):
        after = read(database)
    assert after.signing == between.accepted[0] != before.signing
    assert before.signing in after.accepted


def test_an_old_key_opens_its_tokens_until_the_last_of_them_has_ended(database: Database) -> None:
    first = read(database)
    token, _ = tokens.issue(first, "ada", days=60)
    rotate(database)
    with clock.travel(timedelta(days=29)):
        rotate(database)
        assert tokens.subject_of(read(database), token) == "ada"
    with clock.travel(timedelta(days=31)):
        rotate(database)
        assert first.signing not in read(database).accepted
        with pytest.raises(errors.Unauthenticated):
            tokens.subject_of(read(database), token)


def test_a_key_that_leaked_ends_at_once(database: Database) -> None:
    token, _ = tokens.issue(read(database), "ada", days=30)
    rotate(database)
    rotate(database, at_once=True)
    (only,) = read(database).accepted
    assert read(database).signing == only
    with pytest.raises(errors.Unauthenticated):
        tokens.subject_of(read(database), token)


def test_a_running_process_reads_the_keys_again(
    site: Site, http: httpx.Client, ada: Ada, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "KEYS_EVERY", 1)
    with site.db.transaction() as session:
        tokens.do_rotate(session, tokens.CUSTOMERS, days=30, at_once=True)
    until(lambda: opened(http, ada, ada.token) == 401, what="the old token still opens the conversation")
    new = Ada(site.url)
    assert opened(http, new, new.token) == 200


def test_keys_are_not_shown_where_they_might_be_logged(database: Database) -> None:
    found = read(database)
    assert found.signing not in repr(found)
    assert hashlib.sha256(found.signing.encode()).hexdigest() not in repr(found)
