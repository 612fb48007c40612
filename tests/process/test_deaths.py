"""Whatever is killed comes back, and nothing is left behind."""

import os
import signal

import pytest

from tests.process.conftest import Launch
from tests.process.product import living, pid_at, until


@pytest.mark.parametrize("name", ["web", "rasa"])
def test_a_killed_part_is_back_by_itself(launch: Launch, name: str) -> None:
    product = launch(web=[], rasa=[])
    product.await_said("answering")
    before = pid_at(product.health[name])
    os.kill(before, signal.SIGKILL)
    after = until(lambda: pid_at(product.health[name]) not in (0, before), f"{name} again")
    assert after
    assert product.said().count("answering") == 1


def test_a_part_that_hangs_is_restarted(launch: Launch) -> None:
    product = launch(web=[], rasa=[])
    product.await_said("answering")
    before = pid_at(product.health["rasa"])
    os.kill(before, signal.SIGSTOP)
    until(lambda: pid_at(product.health["rasa"]) not in (0, before), "another rasa")
    assert living([before]) == []
    assert "rasa has not answered for 3 s; restarting it" in product.logged()


def test_a_part_that_was_stopped_while_it_loads_is_restarted_too(launch: Launch) -> None:
    product = launch(web=[], rasa=["--loading", "60"])
    product.await_said("ready")
    before = until(lambda: pid_at(product.health["rasa"]), "rasa's start")
    os.kill(before, signal.SIGSTOP)
    until(lambda: pid_at(product.health["rasa"]) not in (0, before), "another rasa")


def test_a_part_that_nobody_can_ask_is_restarted_when_it_was_stopped(launch: Launch) -> None:
    product = launch(web=[], worker=["--unasked"])
    product.await_said("answering")
    before = until(lambda: pid_at(product.health["worker"]), "the worker's start")
    os.kill(before, signal.SIGSTOP)
    until(lambda: pid_at(product.health["worker"]) not in (0, before), "another worker")
    assert living([before]) == []


def test_a_supervisor_that_was_stopped_is_continued_and_nothing_is_restarted(launch: Launch) -> None:
    product = launch(web=[], rasa=[])
    product.await_said("answering")
    family = product.family()
    supervisor = min(family)
    os.kill(supervisor, signal.SIGSTOP)
    until(lambda: "continuing it, if it was stopped" in product.logged(), "a word on the supervisor")
    os.kill(pid_at(product.health["rasa"]), signal.SIGKILL)
    until(lambda: pid_at(product.health["rasa"]), "rasa again")
    assert supervisor in product.family()
    assert product.stop() == 0


def test_a_part_that_works_slowly_is_left_alone(launch: Launch) -> None:
    product = launch(web=[], knowledge=["--loading", "4"])
    product.await_said("answering")
    assert "restarting" not in product.logged()


def test_a_part_that_cannot_start_is_tried_again_with_pauses_and_keeps_nobody_else(launch: Launch) -> None:
    product = launch(web=[], rasa=["--fail"])
    product.await_said("ready")
    until(lambda: product.logged().count("this part cannot start") >= 3, "three tries")
    assert pid_at(product.health["web"])
    assert product.stop() == 0


def test_no_orphan_is_left_when_up_itself_is_killed(launch: Launch) -> None:
    product = launch(web=["--deaf"], rasa=[])
    product.await_said("answering")
    family = product.family()
    product.process.kill()
    until(lambda: not living(family), f"{family} gone")


def test_when_the_supervisor_is_killed_every_part_dies_and_starts_anew(launch: Launch) -> None:
    product = launch(web=[], rasa=[])
    product.await_said("answering")
    family = product.family()
    supervisor = min(family)
    os.kill(supervisor, signal.SIGKILL)
    until(lambda: not living(family), f"{family} gone")
    until(lambda: pid_at(product.health["rasa"]), "rasa again")
    assert len(product.family()) == 3
    assert product.stop() == 0


def test_up_can_be_started_again_right_after_it_was_killed(launch: Launch) -> None:
    first = launch(web=[])
    first.await_said("answering")
    first.process.kill()
    first.process.wait()
    launch(web=[]).await_said("answering")
