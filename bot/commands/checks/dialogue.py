"""The dialogue project: examples, domain, rules, responses and actions fit together, in both languages."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot import wire
from bot.commands.checks.finding import Finding, Wrong, ok, warning
from bot.core.settings import PROJECT_ROOT, Settings

FEWEST_EXAMPLES = 10
NO_EXAMPLES = frozenset({"nlu_fallback"})
BUILT_IN = frozenset({"action_listen", "action_restart", "action_session_start", "action_default_fallback"})


@dataclass
class Project:
    """What the files say. `examples`: how many an intent has in each language; `ends`: each rule's last action."""

    intents: set[str]
    actions: set[str]
    responses: dict[str, list[dict[str, Any]]]
    examples: Counter[tuple[str, str]] = field(default_factory=Counter)
    done: set[str] = field(default_factory=set)
    ends: dict[str, str] = field(default_factory=dict)


def dialogue(_settings: Settings) -> Iterator[Finding]:
    yield from look_at(PROJECT_ROOT)


def look_at(root: Path) -> Iterator[Finding]:
    """The project below `root`."""
    project = read(root)
    _agree(project)
    _speak_both_languages(project)
    _end_in_an_action_of_ours(project)
    _are_served(project)
    yield from _few_examples(project)
    both = f"{len(project.responses)} responses in both languages"
    yield ok(f"{len(project.intents)} intents, {len(project.actions)} actions, {both}, {len(project.ends)} rules")


def read(root: Path) -> Project:
    domain = _yaml(root / "domain.yml")
    intents = {name if isinstance(name, str) else next(iter(name)) for name in domain.get("intents", [])}
    project = Project(intents, set(domain.get("actions", [])), dict(domain.get("responses", {})))
    for path in sorted((root / "data").rglob("*.yml")):
        held = _yaml(path)
        project.responses |= held.get("responses", {})
        for entry in held.get("nlu", []):
            if "intent" in entry:
                project.examples.update((entry["intent"], wire.script_language(line)) for line in _lines(entry))
        for rule in [*held.get("rules", []), *held.get("stories", [])]:
            steps = [step["action"] for step in rule.get("steps", []) if "action" in step]
            project.done.update(steps)
            if "rule" in rule and steps:
                project.ends[rule["rule"]] = steps[-1]
    return project


def _lines(entry: dict[str, Any]) -> list[str]:
    return [line[2:] for line in str(entry.get("examples", "")).splitlines() if line.startswith("- ")]


def _agree(project: Project) -> None:
    taught = {intent for intent, _ in project.examples}
    known = project.actions | project.responses.keys() | BUILT_IN
    _none("intents without examples", project.intents - taught - NO_EXAMPLES, "Give them examples in data/nlu/.")
    _none("intents that domain.yml does not name", taught - project.intents, "Name them in domain.yml.")
    _none("actions that domain.yml does not name", project.done - known, "Name them in domain.yml.")


def _speak_both_languages(project: Project) -> None:
    """One variant for Chinese, and one without a condition for whoever is left."""
    lacking = {name for name, variants in project.responses.items() if not _has_both(variants)}
    _none("responses without Chinese, or without a variant for all others", lacking, "Add it in data/responses.yml.")


def _has_both(variants: list[dict[str, Any]]) -> bool:
    conditions = [variant.get("condition") for variant in variants]
    chinese = any(one.get("value") == "zh" for condition in conditions if condition for one in condition)
    return chinese and any(not condition for condition in conditions)


def _end_in_an_action_of_ours(project: Project) -> None:
    """Rasa's REST channel carries no intent: without an action's signal the turn counts as failed."""
    lost = {rule for rule, action in project.ends.items() if action not in project.actions}
    _none("rules that do not end in one of our actions", lost, "End each in an action, which sends the signal.")


def _are_served(project: Project) -> None:
    from actions.answer import ActionAnswer
    from actions.serve import OTHERS

    served = {action().name() for action in (ActionAnswer, *OTHERS)}
    _none(
        "actions that the action server does not have", project.actions - served, "Register them in actions/serve.py."
    )
    _none("actions that domain.yml does not name", served - project.actions, "Name them in domain.yml.")


def _few_examples(project: Project) -> Iterator[Finding]:
    few = {
        f"{intent} ({language}: {project.examples[intent, language]})"
        for intent in project.intents - NO_EXAMPLES
        for language in wire.REPLY_LANGUAGES
        if project.examples[intent, language] < FEWEST_EXAMPLES
    }
    if few:
        says = f"intents with fewer than {FEWEST_EXAMPLES} examples in a language: {', '.join(sorted(few))}"
        yield warning(says, "They will be mistaken for others; add examples in data/nlu/.")


def _none(what: str, names: set[str], cure: str) -> None:
    if names:
        raise Wrong(f"{what}: {', '.join(sorted(names))}", cure)


def _yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise Wrong(f"{path} is not YAML ({error})", "Mend the line that it names.") from error
