"""Reading the policy: every file, checked one by one and against the others. Nothing starts on a policy with a flaw."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from bot.policy.safety import HelpLines, Safety
from bot.policy.shapes import Crisis, Dialogue, Policy, Priorities, Sla, Teams, Topics

SHIPPED = Path(__file__).parent
PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""In C where it is there: a start reads the policy ten times as fast."""
FILES: dict[str, type[BaseModel]] = {
    "priority": Priorities,
    "sla": Sla,
    "crisis": Crisis,
    "teams": Teams,
    "topics": Topics,
    "safety": Safety,
    "help_lines": HelpLines,
    "dialogue": Dialogue,
}


class PolicyError(Exception):
    """A policy file cannot be used. The message names the file, the key, and what is wrong with it."""


def load(policy_dir: Path | None = None) -> Policy:
    """The policy of `policy_dir`; a file that it does not hold is the shipped one. Raises PolicyError."""
    if policy_dir is not None and not policy_dir.is_dir():
        raise PolicyError(f"{policy_dir}: there is no such folder of policy files.")
    policy = Policy(**{name: _part(name, shape, policy_dir) for name, shape in FILES.items()})  # type: ignore[arg-type]
    problems = policy.problems()
    if problems:
        raise PolicyError("\n".join(problems))
    return policy


def _part(name: str, shape: type[BaseModel], policy_dir: Path | None) -> BaseModel:
    path = SHIPPED / f"{name}.yml"
    if policy_dir is not None and (policy_dir / path.name).exists():
        path = policy_dir / path.name
    try:
        return shape.model_validate(_read(path))
    except ValidationError as error:
        raise PolicyError("\n".join(_in_words(path.name, error))) from error


def _read(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _UniqueKeys)
    except (OSError, UnicodeError) as error:
        raise PolicyError(f"{path.name}: cannot be read ({error}).") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}" if mark else ""
        raise PolicyError(f"{path.name}{where}: {error.problem}.") from error
    except yaml.YAMLError as error:
        raise PolicyError(f"{path.name}: is not YAML ({error}).") from error


def _in_words(file: str, error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors(include_url=False):
        key = ".".join(str(part) for part in problem["loc"]) or "the file"
        given = "" if problem["type"] in ("missing", "value_error") else f" (it is {problem['input']!r:.80})"
        lines.append(f"{file}: {key}: {problem['msg'].removeprefix('Value error, ')}{given}.")
    return lines


class _UniqueKeys(PARSER):  # type: ignore[misc, valid-type]
    """YAML lets the last of two equal keys win in silence; in a policy that hides a mistake."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands here twice", key.start_mark)
            seen.add(str(key.value))
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found
