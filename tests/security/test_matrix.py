"""Every door of the app, and everybody who may knock: `matrix.txt` says who gets through, and this tries each."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from bot.dialogue.scripted import ScriptedEngine
from bot.knowledge import service
from bot.knowledge.models import Status
from bot.knowledge.schemas import ArticleIn
from tests.security.callers import TEAM, Callers
from tests.security.routes import doors
from tests.sites import Site, running

MATRIX = Path(__file__).with_name("matrix.txt").read_text(encoding="utf-8")
REFUSALS = {"CUSTOMERS": {401, 403, 404}, "STAFF": {401, 403}, "TICKETS": {401, 403, 404}}
"""A customer or an agent is not told that somebody else's thing exists; of staff doors a 404 is about the thing."""
PROCEDURE = "procedure.en"
SENT = {
    "1": {"done": True},
    "note": {"text": "Hello."},
    "procedures": {"article_id": PROCEDURE},
    "reopen": {"reason": "It came back."},
    "reply": {"text": "Hello.", "based_on_seq": 1_000, "client_message_id": "one"},
    "resolve": {"summary": "Done."},
    "transfer": {"team": TEAM, "reason": "Yours."},
    "wait": {"reason": "A part is ordered."},
}
"""What is asked of a ticket has to be well formed, or nobody would look for the ticket."""
Table = dict[str, dict[str, str]]


def tables() -> dict[str, Table]:
    """For each table, for each door, what each caller is answered."""
    found: dict[str, Table] = {}
    for block in MATRIX.split("\n\n")[1:]:
        head, *lines = block.strip().splitlines()
        name, *callers = head.replace(":", " ").split()
        cells = [line.split() for line in lines]
        found[name] = {f"{row[0]} {row[1]}": dict(zip(callers, row[2:], strict=name != "PUBLIC")) for row in cells}
    return found


TABLES = tables()
KNOCKS = [(table, door) for table in REFUSALS for door in TABLES[table]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("matrix")
    with running(
        f"sqlite:///{folder / 'firebreak.db'}", folder, using=ScriptedEngine(), requests_per_minute=100_000
    ) as site:
        yield site


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def callers(site: Site) -> Callers:
    return Callers(site)


@pytest.fixture(scope="module")
def things(callers: Callers, site: Site) -> dict[str, str]:
    """What stands in the braces of a path. What is not there is `none`, so that no caller changes anything."""
    procedure = {"language": "en", "question": "?", "answer": "!", "kind": "procedure", "steps": [{"text": "Look."}]}
    with site.db.transaction() as session:
        given = ArticleIn.model_validate(procedure)
        service.do_create(session, given=given, by=None, article_id=PROCEDURE, status=Status.PUBLISHED)
    callers.follow(PROCEDURE)
    return {
        "conversation_id": callers.ada.id,
        "number": str(callers.number),
        "procedure_id": PROCEDURE,
        "step": "1",
        "seq": "1",
        "session_id": "0" * 16,
    }


def test_every_door_of_the_app_has_its_line_and_every_line_its_door(site: Site) -> None:
    listed = [door for table in TABLES.values() for door in table]
    assert sorted(listed) == sorted(doors(site.app))


@pytest.mark.parametrize(("table", "door"), KNOCKS, ids=lambda value: value)
def test_everybody_is_let_in_or_refused_as_the_table_says(
    site: Site, callers: Callers, http: httpx.Client, things: dict[str, str], table: str, door: str
) -> None:
    expected = TABLES[table][door]
    method, path = door.split()
    address = site.url + re.sub(r"{(\w+)}", lambda hole: things.get(hole[1], "none"), path)
    answered = {}
    for caller in expected:
        callers.restore()
        token = callers.forged(customer=table == "CUSTOMERS") if caller == "forged" else callers.token(caller)
        status = _line(address, token) if method == "WS" else _call(http, method, address, token)
        answered[caller] = str(status) if status in REFUSALS[table] else "ok"
    assert answered == expected


@pytest.mark.parametrize("door", [door for door in TABLES["PUBLIC"] if not door.startswith("FILES")])
def test_what_is_open_to_everybody_asks_for_nothing(site: Site, http: httpx.Client, door: str) -> None:
    method, path = door.split()
    nothing = () if "{" in path else (404,)
    assert _call(http, method, site.url + path, None) not in (401, 403, *nothing)


def test_a_conversation_that_never_was_is_answered_as_somebody_elses_is(
    site: Site, callers: Callers, http: httpx.Client
) -> None:
    headers = {"Authorization": f"Bearer {callers.other.token}"}
    never, others = (
        http.get(f"{site.url}/api/v1/conversations/{name}/messages", headers=headers)
        for name in ("0" * 26, callers.ada.id)
    )
    assert (never.status_code, never.content) == (others.status_code, others.content)


def _call(http: httpx.Client, method: str, address: str, token: str | None) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = SENT.get(address.rpartition("/")[2], {}) if method in ("POST", "PUT") else None
    return http.request(method, address, headers=headers, json=body).status_code


def _line(address: str, token: str | None) -> int:
    protocols = [Subprotocol(f"bearer.{token}")] if token else None
    try:
        with connect(address.replace("http", "ws", 1), subprotocols=protocols, proxy=None):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code
