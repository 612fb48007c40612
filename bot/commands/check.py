"""`firebreak check`: is everything that a start needs in order? Told in words, each flaw with its cure."""

import argparse
import json
from collections.abc import Callable, Iterator

from bot.commands.checks import content, machine
from bot.commands.checks.dialogue import dialogue
from bot.commands.checks.finding import Finding, Wrong
from bot.commands.trouble import Trouble, expected, in_words
from bot.core.settings import Settings

Look = Callable[[Settings], Iterator[Finding]]
SIGNS = {"ok": "ok     ", "warning": "warning", "wrong": "WRONG  "}
LOOKS: dict[str, Look] = {
    "settings": content.settings_in_force,
    "files": machine.files,
    "disk": machine.disk,
    "pythons": machine.pythons,
    "ports": machine.open_ports,
    "clock": machine.clocks,
    "push": machine.live_push,
    "policy": content.policy,
    "database": content.database,
    "people": content.people,
    "work": content.failures,
    "dialogue": dialogue,
    "index": content.index,
    "models": content.models,
}


class NotInOrder(Trouble):
    """Something is wrong, and was told."""

    exit_code = 1


def check(settings: Settings, arguments: argparse.Namespace) -> Iterator[str]:
    """One line a finding. Raises NotInOrder at the end when one is wrong; a warning alone is none."""
    wrong = 0
    for name, look in LOOKS.items():
        for finding in found(look, settings):
            wrong += finding.level == "wrong"
            yield _as_json(name, finding) if arguments.json else _in_words(name, finding)
    if wrong:
        raise NotInOrder(f"{wrong} of {len(LOOKS)} checks failed.")


def found(look: Look, settings: Settings) -> Iterator[Finding]:
    """The look's findings; whatever ends it is one too, and keeps no other look from its turn."""
    try:
        yield from look(settings)
    except Wrong as error:
        yield error.finding
    except expected() as error:
        yield Finding("wrong", in_words(error))


def _in_words(name: str, finding: Finding) -> str:
    line = f"{SIGNS[finding.level]} {name}: {finding.says}"
    return f"{line}. {finding.cure}" if finding.cure else line


def _as_json(name: str, finding: Finding) -> str:
    return json.dumps({"check": name, **vars(finding)}, ensure_ascii=False)
