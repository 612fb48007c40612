"""Starts what must be checked inside Rasa's own Python: tests/rasa/inside, by unittest."""

import subprocess

from tests.rasa.project import RASA_PYTHON, ROOT


def test_our_parts_hold_inside_rasas_own_python() -> None:
    command = [str(RASA_PYTHON), "-W", "ignore", "-m", "unittest", "discover", "-s", "tests/rasa/inside", "-t", "."]
    run = subprocess.run([*command, "-p", "check_*.py"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-4000:]
    assert "Ran 0 tests" not in run.stderr
