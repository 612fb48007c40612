"""`/metrics`: each figure is told in the papers and moves when something happens; the alarms name what exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.core import metrics
from tests.people import Ada, StaffMember, until
from tests.sites import Site

COUNTED_ONCE_A_MESSAGE = (
    "firebreak_acks_total",
    "firebreak_ack_seconds_count",
    "firebreak_turns_total",
    "firebreak_turn_seconds_count",
)
ROOT = Path(__file__).resolve().parents[2]
PAPER = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
RULES = ROOT / "deploy" / "prometheus-alerts.yml"
SAMPLE = re.compile(r"\b((?:firebreak|process)_[a-z_]+?)(?:_bucket|_sum|_count)?\b(?=[\[{) ]|$)")


def exposed() -> set[str]:
    """Every figure, as it is written on the page."""
    suffixes = {"counter": "_total", "info": "_info"}
    return {family.name + suffixes.get(family.type, "") for family in metrics.REGISTRY.collect()}


def test_every_figure_stands_in_the_papers_and_every_one_there_is_shown() -> None:
    told = set(re.findall(r"^\| `((?:firebreak|process)_[a-z_]+)", PAPER, re.MULTILINE))
    assert told == exposed()


def test_every_figure_has_a_help_text_and_the_suffix_of_its_kind() -> None:
    for family in metrics.REGISTRY.collect():
        assert family.documentation.endswith("."), family.name
        if family.type == "histogram":
            assert family.name.endswith(("_seconds", "_size")), family.name


def rules() -> Iterator[dict[str, str]]:
    for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]:
        yield from group["rules"]


def test_every_alarm_names_figures_that_exist_and_a_cure() -> None:
    known = exposed()
    for rule in rules():
        named = set(SAMPLE.findall(rule["expr"]))
        assert named, rule["alert"]
        assert named <= known, (rule["alert"], named - known)
        assert rule["annotations"].keys() == {"summary", "cure"}  # type: ignore[attr-defined]


def test_every_cure_that_names_a_chapter_of_the_runbook_finds_it() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    named = re.findall(r"Runbook, '([^']+)'", RULES.read_text(encoding="utf-8"))
    assert named
    assert [chapter for chapter in named if not re.search(rf"(?m)^##+ {re.escape(chapter)}$", runbook)] == []


def figures(url: str) -> dict[str, float]:
    """Each sample's value; those that differ by a label alone are added up."""
    shown = httpx.get(f"{url}/metrics", trust_env=False, timeout=30)
    assert shown.status_code == 200
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(shown.text):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0) + sample.value
    return found


def test_a_turn_a_ticket_and_a_socket_are_counted(site: Site, ada: Ada, ben: StaffMember) -> None:
    before = figures(site.url)
    with ada.socket():
        ada.asks("hello")
        ada.asks("I want to talk to a person please")
        ben.ticket_of(ada)
        two_more = {name: before.get(name, 0) + 2 for name in COUNTED_ONCE_A_MESSAGE}

        def counted() -> dict[str, float] | None:
            seen = figures(site.url)
            return seen if two_more.items() <= seen.items() else None

        now = until(counted, what="not each was counted twice")
    assert now["firebreak_pushes_total"] > before["firebreak_pushes_total"]
    assert (now["firebreak_tickets"], now["firebreak_tickets_late"]) == (1, 0)
    assert (now["firebreak_sockets"], now["firebreak_processes"]) == (1, 1)
    until(lambda: figures(site.url)["firebreak_sockets"] == 0, what="the socket is still counted")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_a_limit_refuses_is_counted(site: Site, ada: Ada) -> None:
    before = figures(site.url).get("firebreak_rate_limited_total", 0)
    with ada.socket() as line:
        for _ in range(5):
            line.send('{"type": "typing"}')
        until(lambda: figures(site.url).get("firebreak_rate_limited_total", 0) > before, what="nothing was counted")
