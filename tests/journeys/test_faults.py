"""Each part killed once in the middle of a conversation: what was acknowledged is there, once, and is answered."""

import httpx
import pytest

from bench.product import Product
from tests.journeys.conftest import logs_of
from tests.people import Ada, until

pytestmark = pytest.mark.stack
BACK_SECONDS = 120
CANARY = "quokkaberry"


@pytest.mark.parametrize("part", ["web", "rasa", "actions", "knowledge"])
def test_a_part_is_killed_and_nothing_acknowledged_is_lost(product: Product, part: str) -> None:
    ada = Ada(product.url)
    ada.asks("how long is the warranty")
    acked = [ada.say("my smart lock is offline")]
    assert product.kill(part) is not None
    for text in ("how do I reset my password", "怎么开发票？"):
        acked.append(_say_until_acked(ada, text))
    for receipt in acked:
        _await_answer(ada, receipt["message_id"])
    thread = ada.messages()
    assert [m["seq"] for m in thread] == list(range(1, len(thread) + 1))
    assert [m["message_id"] for m in thread if m["author"] == "customer"][1:] == [r["message_id"] for r in acked]
    until(lambda: _answers_with_rasa(product), seconds=BACK_SECONDS, what=f"{part} did not come back")


def test_no_log_holds_a_customers_words(product: Product) -> None:
    ada = Ada(product.url)
    ada.asks(f"my {CANARY} lock is offline")
    ada.asks(f"I am furious about the {CANARY}, this is the third time, nobody helps")
    for part in ("actions", "rasa"):
        product.kill(part)
        other = Ada(product.url)
        other.say(f"does the {CANARY} come in blue")
        other.hears(lambda m: True, seconds=BACK_SECONDS)
    until(lambda: _answers_with_rasa(product), seconds=BACK_SECONDS, what="not every part came back")
    said = logs_of(product) + "\n".join(product.lines)
    for part in ("web", "rasa", "actions", "knowledge"):
        assert f'"process": "{part}"' in said or f"{part} " in said
    assert CANARY not in said


def _say_until_acked(ada: Ada, text: str) -> dict[str, str]:
    """As a client does: the same message again until it is acknowledged."""

    def acked() -> dict[str, str] | None:
        try:
            answer = ada.post(text, client_message_id=f"again-{text}")
        except httpx.TransportError:
            return None
        return answer.json() if answer.status_code in (200, 202) else None

    return until(acked, seconds=BACK_SECONDS, what="never acknowledged")


def _await_answer(ada: Ada, message_id: str) -> None:
    def answered() -> bool:
        try:
            return any(m.get("in_reply_to") == message_id and m["author"] == "bot" for m in ada.messages())
        except httpx.TransportError:
            return False

    until(answered, seconds=BACK_SECONDS, what=f"no answer to {message_id}")


def _answers_with_rasa(product: Product) -> bool:
    try:
        shown = httpx.get(f"{product.url}/readyz", trust_env=False, timeout=5)
    except httpx.TransportError:
        return False
    return bool(shown.json()["answering"])
