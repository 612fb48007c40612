"""Whole turns through the real Rasa, the real action server and the real models."""

import secrets
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot import wire
from bot.up import ports
from tests.rasa.conftest import rasa
from tests.rasa.local_http import serving
from tests.rasa.processes import Running, call, started
from tests.rasa.project import RASA_PYTHON, ROOT

pytestmark = pytest.mark.stack


def turn(rasa_url: str, text: str, *, sender: str = "", **metadata: Any) -> tuple[list[str], dict[str, Any]]:
    """Texts and the one signal of a turn."""
    body = {"sender": sender or secrets.token_hex(4), "message": text, "metadata": metadata}
    parts = call(f"{rasa_url}/webhooks/rest/webhook", body)
    (signal,) = [part["custom"] for part in parts if "custom" in part]
    return [part["text"] for part in parts if "text" in part], signal


def spoken(text: str) -> dict[str, str]:
    language = wire.script_language(text)
    return {"language": language, "embedding": wire.embedding_of(language)}


@pytest.mark.parametrize(
    ("text", "name", "intent", "said"),
    [
        ("hello there", "said", "greet", "bot"),
        ("你好", "said", "greet", "机器人"),
        ("my smart lock is offline", "answered", "device_offline", "hub"),
        ("智能门锁离线了", "answered", "device_offline", "网关"),
        ("I want to talk to a person", "handoff", "human_please", ""),
        ("转人工", "handoff", "human_please", ""),
        ("your app has been down all day", "complaint", "complain_app_outage", ""),
        ("都晚了两个星期了，快递还没送到", "complaint", "complain_delivery_late", ""),
        ("where is my ticket", "ticket_status", "ticket_status", "request"),
        ("that did not help me at all", "not_helpful", "not_helpful", ""),
        ("quantum flux capacitor", "unanswered", "nlu_fallback", ""),
    ],
)
def test_a_turn_brings_words_in_the_customers_language_and_one_signal(
    rasa_server: Running, text: str, name: str, intent: str, said: str
) -> None:
    texts, signal = turn(rasa_server.url, text, **spoken(text))
    assert (signal["signal"], signal["intent"]) == (name, intent)
    assert said in " ".join(texts)
    assert all(wire.script_language(one) == wire.script_language(text) for one in texts)


def test_the_language_follows_each_message_of_a_conversation(rasa_server: Running) -> None:
    for text in ("hello", "你好", "hello", "嗨"):
        texts, _ = turn(rasa_server.url, text, sender="ada-speaks-both", **spoken(text))
        assert wire.script_language(texts[0]) == wire.script_language(text)


def test_entities_and_holding_statement_travel_through(rasa_server: Running) -> None:
    order = {"entity": "order", "value": "AB1234567", "start": 6, "end": 15}
    holding = {"delivery_late": "Parcels are late today; we are on it."}
    text = "order AB1234567 is two weeks late and still not here, this is unacceptable"
    texts, signal = turn(rasa_server.url, text, language="en", embedding="en", entities=[order], holding=holding)
    assert signal["topic"] == "delivery_late"
    assert texts == ["Parcels are late today; we are on it."]
    assert signal["entities"] == [order]


def test_only_the_rest_channel_is_open(rasa_server: Running) -> None:
    for path in ("/model", "/status", "/conversations/x/tracker", "/webhooks/socketio"):
        with pytest.raises(OSError, match="404"):
            call(rasa_server.url + path)


def test_without_vectors_a_turn_is_degraded_not_dead(model: Path, action_server: Running, tmp_path: Path) -> None:
    with serving(lambda _path, _body: 503) as broken:
        command = [str(RASA_PYTHON), "-m", "bot.nlu.serve", "--model", str(model), "--actions-url", action_server.url]
        with started(command, health="/", log=tmp_path / "log", FIREBREAK_KNOWLEDGE_URL=broken.url) as alone:
            _, signal = turn(alone.url, "I want to talk to a person", **spoken("I"))
    assert (signal["intent"], signal["confidence"], signal["degraded"]) == ("nlu_fallback", 0.0, True)


def test_no_log_holds_a_customers_words_even_of_a_turn_that_fails(
    model: Path, knowledge_service: Running, tmp_path: Path
) -> None:
    nobody = f"http://127.0.0.1:{ports.reserved_port('127.0.0.1')}"
    command = [str(RASA_PYTHON), "-m", "bot.nlu.serve", "--model", str(model), "--actions-url", nobody]
    with started(command, health="/", log=tmp_path / "log", FIREBREAK_KNOWLEDGE_URL=knowledge_service.url) as lonely:
        for text in ("hello my-secret-words", "我的秘密话 你好"):
            body = {"sender": "canary", "message": text, "metadata": {"entities": ["my-secret-words"]}}
            assert call(f"{lonely.url}/webhooks/rest/webhook", body) == []
        with pytest.raises(OSError, match="HTTP Error"):
            call(f"{lonely.url}/webhooks/rest/webhook", "my-secret-words")
    written = lonely.log.read_text(encoding="utf-8")
    assert "secret" not in written
    assert "秘密" not in written
    assert any(line["level"] == "error" for line in lonely.lines())


def test_it_ends_by_itself_when_it_is_asked_to(model: Path, action_server: Running, tmp_path: Path) -> None:
    command = [str(RASA_PYTHON), "-m", "bot.nlu.serve", "--model", str(model), "--actions-url", action_server.url]
    with started(command, health="/", log=tmp_path / "log") as running:
        turn(running.url, "hello")
    assert running.process.returncode == 0


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"no model")
    for path, said in ((tmp_path / "absent.tar.gz", "no trained model"), (broken, "model_not_loaded")):
        port = str(ports.reserved_port("127.0.0.1"))
        command = [str(RASA_PYTHON), "-m", "bot.nlu.serve", "--model", str(path), "--port", port]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert run.returncode == 1
        assert said in run.stderr


def test_the_designers_own_stories_pass_end_to_end(model: Path, knowledge_service: Running, tmp_path: Path) -> None:
    files = ["--stories", "tests/rasa/e2e", "--model", str(model), "--out", str(tmp_path)]
    run = rasa(knowledge_service, "test", "core", "--e2e", "--fail-on-prediction-errors", *files)
    assert run.returncode == 0, run.stdout[-1500:] + run.stderr[-1500:]
