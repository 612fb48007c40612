"""`firebreak check`: is everything that a start needs in order? Told in words, one line a part."""

import argparse
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from bot.commands.trouble import Trouble, expected, in_words
from bot.core.db import Database
from bot.core.settings import PROJECT_ROOT, Settings
from bot.up.health import get
from bot.up.parts import rasa_python

Finding = Callable[[Settings], str]


def check(settings: Settings, _arguments: argparse.Namespace) -> Iterator[str]:
    """Raises Trouble at the end when a part is wrong; what merely does not run is only said."""
    wrong = 0
    for name, look in PARTS.items():
        try:
            yield f"ok     {name}: {look(settings)}"
        except expected() as error:
            wrong += 1
            yield f"WRONG  {name}: {in_words(error)}"
    if wrong:
        raise Trouble(f"{wrong} of {len(PARTS)} checks failed.")


def _settings(settings: Settings) -> str:
    return f"data directory {settings.data_dir.resolve()}, engine {settings.engine}"


def _policy(settings: Settings) -> str:
    from bot.policy import load as policy

    found = policy.load(settings.policy_dir)
    return f"{len(found.teams.teams)} teams, {len(found.topics.topics)} topics"


def _database(settings: Settings) -> str:
    from sqlalchemy import func, select

    from bot.core.auth import Staff

    if not settings.database_url and not (settings.data_dir / "firebreak.db").exists():
        return "not made yet; `firebreak up` or `firebreak migrate` makes it"
    database = Database(settings.resolved_database_url)
    with database.snapshot() as session:
        staff = session.scalar(select(func.count()).select_from(Staff))
    database.close()
    return f"reachable, {staff} staff accounts"


def _rasa(_settings: Settings) -> str:
    python = rasa_python()
    if not python.exists():
        raise Trouble(f"its Python is not at {python}. Run `make setup`.")
    version = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([str(python), "-c", version], capture_output=True, text=True, check=False, timeout=30)
    if done.stdout.strip() != "3.10":
        raise Trouble(f"{python} is not a working Python 3.10. Remove .venv-rasa and run `make setup`.")
    return f"Python 3.10 at {python}"


def _domain(_settings: Settings) -> str:
    """Every example and every rule names an intent, and every rule an action, that the domain declares."""
    domain = _yaml(PROJECT_ROOT / "domain.yml")
    intents = {name if isinstance(name, str) else next(iter(name)) for name in domain.get("intents", [])}
    actions = {*domain.get("actions", []), *domain.get("responses", {})}
    taught: set[str] = set()
    done: set[str] = set()
    for path in sorted((PROJECT_ROOT / "data").rglob("*.yml")):
        held = _yaml(path)
        taught |= {entry["intent"] for entry in held.get("nlu", []) if "intent" in entry}
        actions |= set(held.get("responses", {}))
        for rule in held.get("rules", []) + held.get("stories", []):
            done |= {step["action"] for step in rule.get("steps", []) if "action" in step}
    _same("intents without examples", intents - taught - {"nlu_fallback"})
    _same("intents that domain.yml does not declare", taught - intents)
    _same("actions that domain.yml does not declare", {a for a in done - actions if not _built_in(a)})
    return f"{len(intents)} intents, {len(actions)} actions and responses"


def _index(settings: Settings) -> str:
    from bot.knowledge import service

    status, health = get(f"{settings.knowledge_url}/healthz")
    if status != 200 or not isinstance(health, dict):
        return f"no service at {settings.knowledge_url}; it is checked while `firebreak up` runs"
    database = Database(settings.resolved_database_url)
    with database.snapshot() as session:
        wanted = service.digest(session)
    database.close()
    if health.get("digest") != wanted:
        raise Trouble("it does not hold the published articles. `firebreak reindex` rebuilds it.")
    return f"{health.get('articles')} articles, equal to the published ones"


def _same(what: str, names: set[str]) -> None:
    if names:
        raise Trouble(f"{what}: {', '.join(sorted(names))}")


def _built_in(action: str) -> bool:
    return action in ("action_listen", "action_restart", "action_session_start", "action_default_fallback")


def _yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise Trouble(f"{path}: is not YAML ({error}).") from error


PARTS: dict[str, Finding] = {
    "settings": _settings,
    "policy": _policy,
    "database": _database,
    "rasa": _rasa,
    "dialogue": _domain,
    "index": _index,
}
