"""What Rasa's process writes: JSON lines, and never a customer's words."""

import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from bot.nlu import logs

CANARY = "my-secret-words 门锁冒烟了"


class Written:
    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.formatter = logs.install(stream=self.stream)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root = logging.getLogger()
    kept = (root.handlers[:], root.level, logging.lastResort, sys.excepthook, sys.stdout, sys.stderr)
    with warnings.catch_warnings():
        yield
        logging.captureWarnings(False)
    root.handlers[:], root.level, logging.lastResort, sys.excepthook, sys.stdout, sys.stderr = kept


def fail_with_canary() -> None:
    secret = CANARY
    raise ValueError(f"could not read {secret}")


def test_a_foreign_logger_may_speak_until_customers_can_and_then_only_its_place_is_kept() -> None:
    written = Written()
    foreign = logging.getLogger("rasa.core.processor")
    foreign.warning("Loading model m.tar.gz...")
    written.formatter.sealed = True
    foreign.warning(f"Received user message '{CANARY}'")
    foreign.error("a user said %s", CANARY)
    first, *rest = written.lines()
    assert first["event"] == "Loading model m.tar.gz..."
    assert all(line["event"].startswith("test_logs.test_a_foreign_logger") for line in rest)
    assert "secret" not in written.stream.getvalue()


def test_the_error_of_a_failed_turn_keeps_types_and_places() -> None:
    written = Written()
    written.formatter.sealed = True
    try:
        fail_with_canary()
    except ValueError:
        logging.getLogger("rasa.core.channels.rest").exception("Failed: %s", CANARY)
    (line,) = written.lines()
    assert line["error"] == "ValueError"
    assert line["where"][-1].endswith("fail_with_canary")
    assert "secret" not in written.stream.getvalue()


def test_our_own_logger_keeps_its_words_and_fields() -> None:
    written = Written()
    written.formatter.sealed = True
    logging.getLogger("bot.nlu.featurizer").warning("embedding_missing", extra={"reason": "no answer in time"})
    (line,) = written.lines()
    assert (line["event"], line["reason"], line["process"]) == ("embedding_missing", "no answer in time", "rasa")


def test_what_is_printed_obeys_the_same_rule_and_warnings_are_dropped() -> None:
    written = Written()
    written.formatter.sealed = True
    sys.stdout.write(f"{CANARY}\nand more\n")
    warnings.warn(CANARY, UserWarning, stacklevel=1)
    assert len(written.lines()) == 2
    assert "secret" not in written.stream.getvalue()


def test_a_logger_cut_off_from_the_root_ends_in_the_same_stream() -> None:
    written = Written()
    written.formatter.sealed = True
    lonely = logging.getLogger("sanic.error.of.a.test")
    lonely.propagate = False
    lonely.error("Exception occurred while handling %s", CANARY)
    assert len(written.lines()) == 1
    assert "secret" not in written.stream.getvalue()


def test_an_error_that_nobody_caught_is_a_line_too() -> None:
    written = Written()
    written.formatter.sealed = True
    try:
        fail_with_canary()
    except ValueError:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    (line,) = written.lines()
    assert (line["level"], line["event"], line["error"]) == ("critical", "process_failed", "ValueError")
    assert "secret" not in written.stream.getvalue()
