"""What a host app signs is kept only where it can be: each claim has a type and a length, and the refusal names it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from sqlalchemy import select

from bot.chat.models import Conversation, Customer
from bot.dialogue.scripted import ScriptedEngine
from tests.input.calls import refused
from tests.sites import Site, running

SECRET = "the key that a host app and this shop share"
LENGTHS = {"sub": 255, "name": 200, "email": 254, "phone": 40, "tier": 40, "account": 120}
HTTP = httpx.Client(trust_env=False, timeout=30)
NO_TEXTS: list[Any] = [7, 1.5, True, [], ["Ada"], {}, {"first": "Ada"}]
UNSTORABLE = ["Ada\x00", "Ada\ud83d", "\udc00"]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("host")
    url = f"sqlite:///{folder / 'firebreak.db'}"
    with running(url, folder, using=ScriptedEngine(), requests_per_minute=100_000, identity_secret=SECRET) as site:
        yield site


def signed(*, key: str = SECRET, **claims: Any) -> str:
    usual = {"sub": "customer 7", "aud": "firebreak", "exp": int(time.time()) + 300}
    whole = {name: value for name, value in {**usual, **claims}.items() if value is not ...}
    return jwt.PyJWS().encode(json.dumps(whole).encode(), key, "HS256")


def begin(site: Site, token: Any, *, language: str = "en") -> httpx.Response:
    body = {"channel": "app", "visitor_id": "a phone", "identity_token": token}
    headers = {"Accept-Language": language, "Content-Type": "application/json"}
    return HTTP.post(f"{site.url}/api/v1/conversations", content=json.dumps(body), headers=headers)


def person(site: Site, answer: httpx.Response) -> Customer:
    assert answer.status_code == 201, answer.text
    of_this = select(Customer).join(Conversation, Conversation.customer_id == Customer.id)
    with site.db.snapshot() as session:
        return session.scalars(of_this.where(Conversation.id == answer.json()["conversation_id"])).one()


def test_what_the_host_vouches_for_is_kept_trimmed_and_its_other_claims_are_its_own(host: Site) -> None:
    told = {"name": " 王小明 ", "email": "ada@example.org", "phone": "+44 20", "tier": "gold", "account": "A-7"}
    ada = person(host, begin(host, signed(sub="7", **told, roles=[{"deep": None}], iat=0, iss=["x"])))
    assert (ada.person_key, ada.name, ada.tier) == ("host:7", "王小明", "gold")
    assert (ada.email, ada.phone, ada.account) == (told["email"], told["phone"], told["account"])


def test_a_claim_that_is_null_or_empty_says_nothing(host: Site) -> None:
    person(host, begin(host, signed(sub="8", name="Ada", tier="gold")))
    assert person(host, begin(host, signed(sub="8", name=None, tier=""))).name == "Ada"


@pytest.mark.parametrize("claim", LENGTHS)
def test_a_claim_of_the_greatest_length_is_kept_and_a_longer_one_refused(host: Site, claim: str) -> None:
    most = LENGTHS[claim]
    kept = person(host, begin(host, signed(**{claim: "字" * most})))
    assert (kept.person_key if claim == "sub" else getattr(kept, claim)).endswith("字" * most)
    error = refused(begin(host, signed(**{claim: "字" * (most + 1)})))
    assert set(error["fields"]) == {f"identity_token.{claim}"}
    assert str(most) in error["message"]


@pytest.mark.parametrize("claim", LENGTHS)
def test_a_claim_that_is_no_text_or_cannot_be_stored_is_refused_in_both_languages(host: Site, claim: str) -> None:
    for odd in [*NO_TEXTS, *UNSTORABLE]:
        token = signed(**{claim: odd})
        english, chinese = (refused(begin(host, token, language=language)) for language in ("en", "zh-CN"))
        assert set(english["fields"]) == set(chinese["fields"]) == {f"identity_token.{claim}"}
        assert english["message"].isascii()
        assert any("\u4e00" <= char <= "\u9fff" for char in chinese["message"]), chinese


@pytest.mark.parametrize("nobody", ["", " ", "\u200b", "\u3000\u2060"], ids=ascii)
def test_a_name_for_the_person_of_which_nothing_can_be_seen_is_refused(host: Site, nobody: str) -> None:
    """A host that signs it for everybody would have all of its customers counted as one."""
    assert set(refused(begin(host, signed(sub=nobody)))["fields"]) == {"identity_token.sub"}


def test_each_claim_that_is_wrong_is_named(host: Site) -> None:
    wrong: dict[str, Any] = {"sub": 7, "name": [], "tier": "x" * 41}
    assert set(refused(begin(host, signed(**wrong)))["fields"]) == {f"identity_token.{claim}" for claim in wrong}


NOT_THE_HOSTS: dict[str, dict[str, Any]] = {
    "another key": {"key": "x" * 32},
    "for somebody else": {"aud": "another shop"},
    "for nobody": {"aud": ...},
    "of nobody": {"sub": ...},
    "of null": {"sub": None},
    "without an end": {"exp": ...},
    "ended": {"exp": 1},
    "an end that is no number": {"exp": []},
    "an end beyond all numbers": {"exp": float("inf")},
    "a beginning to come": {"nbf": time.time() + 86_400},
    "an audience of objects": {"aud": [{}]},
}


@pytest.mark.parametrize("token", [signed(**odd) for odd in NOT_THE_HOSTS.values()], ids=NOT_THE_HOSTS.keys())
def test_what_the_host_did_not_sign_for_us_and_for_now_is_refused(host: Site, token: str) -> None:
    refused(begin(host, token), status=401, code="unauthenticated")
    assert "身份令牌" in refused(begin(host, token, language="zh"), status=401, code="unauthenticated")["message"]


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "WyI" * 1300, "." * 4096, "\ud800", "\x00"], ids=ascii)
def test_what_is_no_token_opens_nothing(host: Site, token: str) -> None:
    answer = begin(host, token)
    assert answer.status_code in (401, 422)
    assert set(answer.json()) == {"error"}


def test_nobody_begins_without_the_hosts_word_where_it_is_needed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'firebreak.db'}"
    needed: dict[str, Any] = {"identity_secret": SECRET, "identity_required": True}
    with running(url, tmp_path, using=ScriptedEngine(), **needed) as site:
        refused(begin(site, None), status=401, code="unauthenticated")
        refused(begin(site, signed(tier=7)))
        assert person(site, begin(site, signed())).person_key == "host:customer 7"
