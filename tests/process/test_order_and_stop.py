"""Parts start one after another, and stop together."""

import itertools
import json
import signal
from pathlib import Path

import pytest

from tests.process.conftest import Launch
from tests.process.product import living, pid_at, until


def test_a_part_starts_once_the_part_before_works(launch: Launch, tmp_path: Path) -> None:
    product = launch(web=["--loading", "1"], knowledge=["--loading", "1"], rasa=[])
    product.await_said("answering")
    starts = [float(line.split()[0]) for line in (tmp_path / "starts").read_text().splitlines()]
    assert len(starts) == 3
    assert all(later - earlier >= 1 for earlier, later in itertools.pairwise(starts))


def test_ready_is_said_when_the_first_part_works_and_answering_when_the_last_does(launch: Launch) -> None:
    product = launch(web=[], rasa=["--loading", "1.5"])
    product.await_said("answering")
    ready, answering = product.said()
    assert ready.startswith("ready http://127.0.0.1:")
    assert answering == "answering"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(launch: Launch, number: int) -> None:
    product = launch(web=[], rasa=[])
    product.await_said("answering")
    family = product.family()
    assert len(family) == 3
    assert product.stop(number) == 0
    assert living(family) == []


def test_a_part_that_ignores_the_request_to_stop_is_killed(launch: Launch) -> None:
    product = launch(web=["--deaf"], rasa=["--deaf"])
    product.await_said("answering")
    family = product.family()
    assert product.stop() == 0
    assert living(family) == []


def test_it_can_be_stopped_while_a_part_is_still_loading(launch: Launch) -> None:
    product = launch(web=[], rasa=["--loading", "600"])
    product.await_said("ready")
    until(lambda: pid_at(product.health["rasa"]), "rasa's start")
    assert product.stop() == 0


def test_every_line_of_every_part_comes_prefixed_as_json_and_into_a_file(launch: Launch, tmp_path: Path) -> None:
    product = launch(web=[], rasa=[])
    product.await_said("answering")
    product.stop()
    lines = [line.partition(" | ") for line in product.logged().splitlines()]
    assert all(json.loads(rest)["at"] for _, _, rest in lines)
    assert {name.strip() for name, _, _ in lines} == {"up", "keeper", "web", "rasa"}
    kept = (tmp_path / "var" / "logs" / "rasa.log").read_text().splitlines()
    assert any("begins" in json.loads(line)["event"] for line in kept)


def test_everything_that_is_written_lies_below_the_data_directory(launch: Launch, tmp_path: Path) -> None:
    launch(web=[]).await_said("answering")
    assert {path.name for path in tmp_path.iterdir()} == {"var", "out", "err", "starts"}
