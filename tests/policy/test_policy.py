"""The policy is checked before anything starts, and a flaw is told with its file and key."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from bot.policy.load import FILES, SHIPPED, PolicyError, load
from bot.policy.shapes import Level

Change = Callable[[str, str, str], Path]


@pytest.fixture
def change(tmp_path: Path) -> Change:
    """A policy folder with one file changed by text."""

    def changed(file: str, old: str, new: str) -> Path:
        text = (SHIPPED / file).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return tmp_path

    return changed


def test_the_shipped_policy_is_whole_in_both_languages() -> None:
    policy = load()
    assert set(policy.sla.priorities) == set(Level)
    for topic in policy.topics.topics.values():
        assert topic.name.of("en").isascii()
        assert re.search(r"[\u4e00-\u9fff]", topic.name.of("zh-CN"))


def test_every_shipped_file_is_read() -> None:
    assert {path.stem for path in SHIPPED.glob("*.yml")} == set(FILES)


def test_a_folder_replaces_the_files_that_it_holds_and_no_others(change: Change) -> None:
    policy = load(change("sla.yml", "first_response_minutes: 10", "first_response_minutes: 5"))
    assert policy.sla.priorities[Level.URGENT].first_response_minutes == 5
    assert policy.teams == load().teams


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "sla.yml",
            "first_response_minutes: 10",
            "first_response_minutes: soon",
            "sla.yml: priorities.urgent.first_re",
        ),
        ("sla.yml", "first_response_minutes: 10", "first_response_minutes: 999", "first_response_minutes is longer"),
        ("sla.yml", "  low:", "  lowest:", "sla.yml: priorities.lowest"),
        ("priority.yml", "anger_at_least: 0.7", "anger_over: 0.7", "rules.7.when.anger_over: Extra inputs"),
        ("priority.yml", "level: urgent", "level: hot", "priority.yml: rules.0.level"),
        ("priority.yml", "points: 5", "points: 5\n    level: high", "either points or a level"),
        ("priority.yml", "Words of danger: {words}", "Words: {word}", "placeholders are"),
        ("priority.yml", "id: self_harm", "id: danger", "the id danger is used twice"),
        ("priority.yml", "    app_outage: 3", "    app_gone: 3", "impact.topics: there is no topic 'app_gone'"),
        ("priority.yml", "  high: 6", "  high: 9", "points must fall"),
        ("crisis.yml", "    people: 6", "    people: 0", "crisis.yml: windows.0.people"),
        ("crisis.yml", "  account_blocked:", "  account_lost:", "crisis.yml: topics: there is no topic"),
        ("teams.yml", "default: service", "default: nobody", "there is no team 'nobody'"),
        ("teams.yml", "request_types: [repair]", "request_types: [repair, technical]", "technical is taken by two"),
        ("topics.yml", "departments: [logistics]", "departments: [moon]", "there is no department 'moon'"),
        ("topics.yml", "complaint_team: service", "complaint_team: moon", "there is no team 'moon'"),
        ("safety.yml", "  self_harm:", "  selfharm:", "safety.yml: risks.selfharm"),
        ("safety.yml", "    en: Please do not send", "    fr: Please do not send", "safety.yml: risks.data"),
    ],
)
def test_a_flaw_is_told_with_its_file_and_key(change: Change, file: str, old: str, new: str, told: str) -> None:
    with pytest.raises(PolicyError, match=re.escape(told)):
        load(change(file, old, new))


def test_a_key_that_stands_twice_is_a_flaw_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "sla.yml").write_text("priorities: {}\npriorities: {}\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"sla.yml, line 2: 'priorities' stands here twice"):
        load(tmp_path)


@pytest.mark.parametrize("text", ["a: [1", "", "- 1", "\ta: 1", "{[1]: 2}"])
def test_a_file_that_is_no_policy_at_all_is_told_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "crisis.yml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=r"crisis\.yml"):
        load(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no such folder"):
        load(tmp_path / "gone")


def test_a_matter_goes_to_the_complaint_team_then_by_topic_then_by_type() -> None:
    policy = load()
    assert policy.team_for("complaint", "repair_failed") == "repairs"
    assert policy.team_for("question", "app_outage") == "technical"
    assert policy.team_for("suggestion", None) == "service"
    assert policy.team_for("complaint", "never_heard_of") == "care"


def test_danger_is_answered_in_both_languages_without_telephone_numbers() -> None:
    policy = load()
    for kind in ("safety", "self_harm"):
        for language in ("en", "zh"):
            words = policy.risk_words(kind, language)
            assert words
            assert not re.search(r"\d{3}", words)
    assert policy.risk_words("legal", "en") is None
    assert policy.topic_of_risks(["legal", "safety"]) == "safety_hazard"


NUMBERS = """
countries:
  XX:
    name: { en: Testland, zh: 测试国 }
    confirmed: %s
    lines:
      - { name: { en: Emergency, zh: 紧急电话 }, number: "000-1", risks: [safety, self_harm] }
      - { name: { en: Crisis line, zh: 心理援助热线 }, number: "000-2", risks: [self_harm] }
      - { name: { en: Nobody knows yet, zh: 待定 }, number: "", risks: [self_harm] }
"""


def test_only_numbers_that_somebody_confirmed_are_told(tmp_path: Path) -> None:
    care = load().risk_words("self_harm", "en")
    (tmp_path / "help_lines.yml").write_text(NUMBERS % '""', encoding="utf-8")
    assert load(tmp_path).risk_words("self_harm", "en") == care
    (tmp_path / "help_lines.yml").write_text(NUMBERS % "Dan, 2026-01-05", encoding="utf-8")
    policy = load(tmp_path)
    assert policy.risk_words("self_harm", "en") == f"{care}\nTestland: Emergency 000-1, Crisis line 000-2."
    assert (policy.risk_words("safety", "zh") or "").endswith("\n测试国：紧急电话 000-1。")
    assert (policy.risk_words("data", "en") or "").count("\n") == 0


@pytest.mark.parametrize(("old", "new"), [("XX", "Testland"), ("000-1", "call us"), ("safety", "fire")])
def test_a_help_line_that_cannot_be_told_stops_the_start(tmp_path: Path, old: str, new: str) -> None:
    (tmp_path / "help_lines.yml").write_text((NUMBERS % "Dan").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"help_lines\.yml: countries"):
        load(tmp_path)


def test_shipped_files_are_plain_yaml() -> None:
    for path in SHIPPED.glob("*.yml"):
        assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)
