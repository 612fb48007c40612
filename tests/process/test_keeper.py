"""The line to supervisord: what breaks it once does not make supervisord count as gone."""

import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.up.keeper import Keeper, KeeperGoneError, open_keeper
from bot.up.logs import LogPump
from bot.up.parts import Part
from bot.up.places import Places
from tests.people import PATIENCE_SECONDS
from tests.process.product import until

SLEEPER = Part("sleeper", (sys.executable, "-S", "-c", "import time; time.sleep(600)"))


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    places = Places(tmp_path)
    places.make()
    with closing(LogPump(places.logs)) as logs:
        logs.start()
        with closing(open_keeper(places.run_folder(), [SLEEPER], {}, logs, answer_seconds=PATIENCE_SECONDS)) as keeper:
            yield keeper


def test_a_connection_that_broke_is_made_anew(keeper: Keeper) -> None:
    keeper.start("sleeper")
    until(lambda: keeper.state("sleeper")[1], "the part's process")
    keeper._rpc("transport").connection.sock.shutdown(socket.SHUT_RDWR)
    assert keeper.state("sleeper")[1]


def test_a_supervisord_that_has_ended_is_gone(keeper: Keeper) -> None:
    keeper._process.kill()
    keeper._process.wait()
    with pytest.raises(KeeperGoneError):
        keeper.state("sleeper")
