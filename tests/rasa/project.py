"""Where the Rasa project and its Python are, and what its files say."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
RASA_PYTHON: Final = ROOT / ".venv-rasa" / "bin" / "python"
LANGUAGES: Final = ("en", "zh")
FALLBACK: Final = "nlu_fallback"
MARKED: Final = re.compile(r"\[(.+)\]\{.+\}")


def read(path: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    return loaded


def intents() -> set[str]:
    return {next(iter(entry)) for entry in read("domain.yml")["intents"]}


def examples(pattern: str) -> dict[str, list[str]]:
    """Every example by intent, of all files that match."""
    found: dict[str, list[str]] = {}
    for path in sorted(ROOT.glob(pattern)):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = (line.strip() for line in entry["examples"].splitlines())
            found.setdefault(entry["intent"], []).extend(line[2:] for line in lines if line.startswith("- "))
    return found


def steps(pattern: str, kind: str) -> dict[str, list[dict[str, Any]]]:
    """The steps of every story or rule (`kind`: stories, rules) by its name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(ROOT.glob(pattern)):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get(kind, []):
            found[entry[kind.rstrip("s").replace("storie", "story")]] = entry["steps"]
    return found


def sentences(pattern: str) -> Iterator[str]:
    """What users say in the stories, without the marks of entities."""
    for story in steps(pattern, "stories").values():
        for step in story:
            if "user" in step:
                yield MARKED.sub(r"\1", step["user"].strip())


def rules() -> dict[str, str]:
    """The action by intent."""
    found: dict[str, str] = {}
    for first, second in steps("data/rules/*.yml", "rules").values():
        for step in first.get("or", [first]):
            found[step["intent"]] = second["action"]
    return found
