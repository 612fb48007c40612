"""Random frames between good ones: every good message is acknowledged once, in order, and the line lives on.

The same each time; `FIREBREAK_EXAMPLES=100` tries harder.
"""

import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from websockets.sync.connection import Connection

from tests.people import Ada
from tests.sites import Site

EXAMPLES = int(os.environ.get("FIREBREAK_EXAMPLES", "6"))
TYPES = ("message", "ping", "typing", "seen", "dance", "", None, 7)
FIELDS = ("type", "client_message_id", "text", "choice", "seq", "nobody_knows")
pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(TYPES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
objects = st.fixed_dictionaries({"type": st.sampled_from(TYPES)}, optional=dict.fromkeys(FIELDS[1:], values))
odd = st.one_of(objects.map(json.dumps), values.map(json.dumps), st.text(max_size=50), st.binary(max_size=50))
good = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=50).map(lambda text: f"say {text}")


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(script=st.lists(st.tuples(good, st.lists(odd, max_size=6)), min_size=1, max_size=6))
def test_between_odd_frames_every_good_message_is_acknowledged_in_order(
    site: Site, script: list[tuple[str, list[str | bytes]]]
) -> None:
    ada = Ada(site.url)
    acks: dict[str, int] = {}
    with ada.socket(after_seq=1_000_000) as socket:
        for number, (text, frames) in enumerate(script):
            for raw in frames:
                socket.send(raw)
            own = f"good {number}"
            socket.send(json.dumps({"type": "message", "client_message_id": own, "text": text}))
            acks[own] = acknowledged(socket, own)
    assert list(acks.values()) == sorted(set(acks.values()))
    thread = ada.messages()
    assert [message["seq"] for message in thread] == list(range(1, len(thread) + 1))
    stored = {message["client_message_id"]: message for message in thread if message["author"] == "customer"}
    assert {own: stored[own]["seq"] for own in acks} == acks
    assert [stored[own]["text"] for own in acks] == [text.strip() for text, _ in script]


def acknowledged(socket: Connection, own: str) -> int:
    """The number of the message `own`; everything that comes before has a shape of the contract."""
    while True:
        told = json.loads(socket.recv(timeout=60))
        check(told)
        if told["type"] == "ack" and told["client_message_id"] == own:
            return int(told["seq"])


def check(told: dict[str, Any]) -> None:
    assert told["type"] in ("ack", "error", "pong", "state", "message", "typing")
    if told["type"] == "error":
        assert set(told) <= {"type", "error", "retry_after", "client_message_id"}
        assert told["error"]["code"] in ("invalid", "too_large")
        assert told["error"]["message"]
        assert set(told["error"]) <= {"code", "message", "fields"}
