"""The fitted calibration on the disk: whole, or the one before."""

from pathlib import Path

import pytest

from knowledge_index import recalibrate
from knowledge_index.calibration import Calibration
from tests.knowledge_index.room import room_for


def test_a_write_that_is_broken_off_leaves_the_one_before_and_is_cleared_away(tmp_path: Path) -> None:
    file, shipped = tmp_path / "calibration.json", Calibration.read()
    recalibrate.write(file, shipped, [])
    before = file.read_bytes()
    with room_for(20), pytest.raises(OSError, match="too large"):
        recalibrate.write(file, shipped, [])
    assert file.read_bytes() == before
    assert recalibrate.read(file, shipped) == shipped
    assert [entry.name for entry in tmp_path.iterdir()] == ["calibration.json"]
