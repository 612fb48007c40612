"""Parts start one after another, and stop together."""

import itertools
import json
import signal
import time
from pathlib import Path

import pytest

from tests.process.conftest import Launch
from tests.process.product import living


def test_a_part_starts_once_the_part_before_works(launch: Launch, tmp_path: Path) -> None:
    product = launch(web=["--loading", "1"], knowledge=["--loading", "1"], rasa=[])
    product.await_said("answering")
    starts = [float(line.split()[0]) for line in (tmp_path / "starts").read_text().splitlines()]
    assert len(starts) == 3
    assert all(later - earlier >= 1 for earlier, later in itertools.pairwise(starts))


def test_ready_is_said_when_the_first_part_works_and_answering_when_the_last_does(launch: Launch) -> None:
    product = launch(web=[], rasa=["--loading", "1.5"])
    ready = product.await_said("ready http://127.0.0.1:")
    assert product.said() == [ready]
    product.await_said("answering")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_in_under_five_seconds(launch: Launch, number: int) -> None:
    product = launch(web=[], rasa=[])
    product.await_said("answering")
    family = product.family()
    assert len(family) == 3
    assert product.stop(number) < 5
    assert living(family) == []
    assert product.process.returncode == 0


def test_a_part_that_ignores_the_request_to_stop_is_killed_in_time(launch: Launch) -> None:
    product = launch(web=["--deaf"], rasa=["--deaf"])
    product.await_said("answering")
    family = product.family()
    assert product.stop() < 5
    assert living(family) == []


def test_it_can_be_stopped_while_a_part_is_still_loading(launch: Launch) -> None:
    product = launch(web=[], rasa=["--loading", "600"])
    product.await_said("ready")
    time.sleep(0.5)
    assert product.stop() < 5


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
