"""`firebreak up` before anything is started: ports, the lock, and what the operator is told."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.core import settings
from bot.core.settings import Settings
from bot.up import addresses, ports
from bot.up.health import get
from bot.up.parts import Part, parts_of
from bot.up.places import SOCKET_PATH_LIMIT, Places
from tests.people import PATIENCE_SECONDS
from tests.process.conftest import Launch
from tests.process.product import until


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        yield int(listening.getsockname()[1])


def test_a_taken_web_port_is_reported_by_name_and_holder(launch_command: Launch, taken: int, tmp_path: Path) -> None:
    product = launch_command(["up", "--port", str(taken), "--data-dir", str(tmp_path / "var")])
    assert product.process.wait(timeout=PATIENCE_SECONDS) == 2
    (sentence,) = [line for line in product.logged().splitlines() if line.startswith("firebreak:")]
    assert sentence.startswith(f"firebreak: Port {taken} (--port, FIREBREAK_PORT) is taken by ")
    assert f"(process {os.getpid()})" in sentence


def test_a_data_directory_serves_one_up(launch: Launch, launch_command: Launch, tmp_path: Path) -> None:
    first = launch(web=[])
    first.await_said("ready")
    (tmp_path / "second").mkdir()
    second = launch_command(["up", "--port", "0", "--data-dir", str(tmp_path / "var")])
    assert second.process.wait(timeout=PATIENCE_SECONDS) == 2
    assert f"is in use by another `firebreak up` (process {first.process.pid})" in second.logged()


def test_inner_ports_that_are_taken_move_and_it_is_said(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIREBREAK_RASA_URL", raising=False)
    given = settings.load(port=0, rasa_url=f"http://127.0.0.1:{taken}")
    said: list[str] = []
    settled = addresses.settle(given, said.append)
    assert settled.rasa_url != given.rasa_url
    assert len([line for line in said if f"port {taken} is taken by" in line and "rasa uses" in line]) == 1
    inner = {settled.rasa_url, settled.actions_url, settled.knowledge_url, f"http://127.0.0.1:{settled.port}"}
    assert len(inner) == 4


def test_an_inner_port_that_was_asked_for_does_not_move(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIREBREAK_RASA_URL", f"http://127.0.0.1:{taken}")
    monkeypatch.setattr(addresses, "PATIENCE_SECONDS", 0.1)
    with pytest.raises(addresses.PortTakenError, match=f"FIREBREAK_RASA_URL=http://127.0.0.1:{taken}: port {taken}"):
        addresses.settle(settings.load(port=0), lambda _text: None)


def test_several_rasas_are_started_where_they_are_of_this_machine(taken: int, tmp_path: Path) -> None:
    elsewhere = "http://rasa.example:5005"
    given = settings.load(port=0, rasa_url=f"http://127.0.0.1:{taken}, {elsewhere}, http://127.0.0.1:{taken + 1}/")
    settled = addresses.settle(given, lambda _text: None)
    first, second, third = settled.rasa_urls
    assert second == elsewhere
    assert len({first, third, f"http://127.0.0.1:{taken}"}) == 3
    started = {name: part.health for name, part in parts_named(settled, tmp_path).items()}
    assert {name: url for name, url in started.items() if "rasa" in name} == {
        "rasa-1": f"{first}/",
        "rasa-3": f"{third}/",
    }


def parts_named(settled: Settings, folder: Path, door: tuple[str, int] | None = None) -> dict[str, Part]:
    return {part.name: part for part in parts_of(settled, Places(folder), worker_door=door, train=lambda: True)}


def test_a_worker_of_its_own_tells_how_it_is_on_a_port_for_this_machine_alone(tmp_path: Path) -> None:
    alone: dict[str, Any] = {"worker_in_process": False, "live_url": "redis://127.0.0.1:1", "host": "0.0.0.0"}
    settled = addresses.settle(settings.load(port=0, **alone), lambda _text: None)
    host, port = addresses.worker_door(settled)
    assert host == "127.0.0.1"
    worker = parts_named(settled, tmp_path, (host, port))["worker"]
    assert worker.health == f"http://127.0.0.1:{port}/healthz"
    assert (worker.env["FIREBREAK_HOST"], worker.env["FIREBREAK_WORKER_PORT"]) == (host, str(port))
    assert "worker" not in parts_named(settled, tmp_path)


def test_a_workers_port_that_was_asked_for_is_used_where_the_web_process_listens(tmp_path: Path, taken: int) -> None:
    asked: dict[str, Any] = {"worker_in_process": False, "live_url": "redis://127.0.0.1:1", "host": "0.0.0.0"}
    with pytest.raises(addresses.PortTakenError, match=f"Port {taken} .FIREBREAK_WORKER_PORT. is taken by "):
        addresses.worker_door(settings.load(worker_port=taken, **asked))
    free = ports.free_port("0.0.0.0", but={taken})
    door = addresses.worker_door(settings.load(worker_port=free, **asked))
    assert door == ("0.0.0.0", free)
    settled = addresses.settle(settings.load(port=0, **asked), lambda _text: None)
    assert parts_named(settled, tmp_path, door)["worker"].health == f"http://127.0.0.1:{free}/healthz"


def test_a_worker_of_its_own_is_looked_after_by_its_port(launch_command: Launch, tmp_path: Path) -> None:
    """Web and worker alone: the rest is said to be on other machines."""
    port = ports.reserved_port("127.0.0.1")
    product = launch_command(
        ["up", "--port", "0", "--data-dir", str(tmp_path / "var")],
        FIREBREAK_ENGINE="scripted",
        FIREBREAK_KNOWLEDGE_URL="http://knowledge.example:5065",
        FIREBREAK_LIVE_URL="redis://127.0.0.1:9",
        FIREBREAK_WORKER_IN_PROCESS="false",
        FIREBREAK_WORKER_PORT=str(port),
    )
    until(lambda: "worker works" in product.logged(), f"the worker was seen to work\n{product.logged()}")
    assert get(f"http://127.0.0.1:{port}/healthz")[1]["status"] == "alive"
    assert get(f"http://127.0.0.1:{port}/readyz")[1]["parts"]["worker"]["state"] == "ok"


def test_another_machines_address_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIREBREAK_KNOWLEDGE_URL", "http://knowledge.example:5065")
    settled = addresses.settle(settings.load(port=0), lambda _text: None)
    assert settled.knowledge_url == "http://knowledge.example:5065"


def test_an_address_that_is_not_this_machines_is_refused_in_words() -> None:
    with pytest.raises(addresses.PortTakenError, match=r"FIREBREAK_HOST=203\.0\.113\.7"):
        addresses.settle(settings.load(host="203.0.113.7"), lambda _text: None)


def test_a_free_port_is_free() -> None:
    assert ports.is_free("127.0.0.1", ports.free_port("127.0.0.1"))


def test_a_data_directory_with_a_long_path_keeps_its_sockets_elsewhere(tmp_path: Path) -> None:
    short, long = Places(tmp_path / "v"), Places(tmp_path / ("x" * 200))
    assert short.run_folder() == tmp_path / "v" / "run"
    folder = long.run_folder()
    assert len(str(folder / "supervisor.sock")) <= SOCKET_PATH_LIMIT
    assert long.run_folder() == folder
    folder.rmdir()
