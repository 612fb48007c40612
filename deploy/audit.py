"""Asks OSV which advisories are known for the pinned packages, and compares them with those that were reviewed.

`python3 deploy/audit.py`: exit code 0, nothing that was not reviewed; 1, there is something; 2, it could not be asked,
so nothing is known. Standard library only. The service is asked once, with every name and version that is pinned.
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomllib

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ("app.txt", "dev.txt", "rasa.txt")
SERVICE = "https://api.osv.dev/v1/querybatch"
ASK_SECONDS = 30
NOTHING_NEW, NEW, NOT_ASKED = 0, 1, 2


@dataclass(frozen=True, order=True)
class Pin:
    name: str
    version: str


def pins(folder: Path) -> list[Pin]:
    """Everything that the requirement files pin, once."""
    lines = [line for file in REQUIREMENTS for line in (folder / file).read_text(encoding="utf-8").splitlines()]
    named = [line.partition("#")[0].strip().partition("==") for line in lines]
    return sorted({Pin(name.lower(), version) for name, equals, version in named if equals})


def advisories(found: list[Pin], service: str) -> dict[Pin, set[str]]:
    """The ids of the advisories known for each pin. Raises OSError or ValueError where the service does not tell."""
    queries = [{"package": {"ecosystem": "PyPI", "name": pin.name}, "version": pin.version} for pin in found]
    request = urllib.request.Request(
        service, json.dumps({"queries": queries}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=ASK_SECONDS) as answer:
        results: list[Any] = json.load(answer).get("results", [])
    if len(results) != len(found):
        raise ValueError(f"{len(results)} answers to {len(found)} questions")
    if any("next_page_token" in result for result in results):
        raise ValueError("an answer has more pages than this reads")
    told = zip(found, results, strict=True)
    return {pin: {one["id"] for one in result.get("vulns", [])} for pin, result in told if result.get("vulns")}


def reviewed(path: Path) -> dict[Pin, set[str]]:
    """What was looked at and accepted, by package and version: with another version it is looked at again."""
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["accepted"]
    return {Pin(one["package"], one["version"]): set(one["ids"]) for one in listed}


def main() -> int:
    parser = argparse.ArgumentParser(description="Ask OSV for advisories on the pinned packages.")
    parser.add_argument("--service", default=SERVICE, help="address of an OSV querybatch call")
    service = parser.parse_args().service
    found = pins(ROOT / "requirements")
    try:
        known = advisories(found, service)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        say(f"NOT AUDITED: {service} did not tell ({error}). Of {len(found)} packages nothing is known.")
        return NOT_ASKED
    accepted = reviewed(ROOT / "requirements" / "advisories.toml")
    new = {pin: left for pin, ids in known.items() if (left := ids - accepted.get(pin, set()))}
    for pin, ids in sorted(new.items()):
        say(f"NOT REVIEWED: {pin.name} {pin.version}: {', '.join(sorted(ids))}")
    counted = sum(map(len, known.values()))
    say(f"{len(found)} packages, {counted} advisories, {sum(map(len, new.values()))} of them not reviewed.")
    return NEW if new else NOTHING_NEW


def say(text: str) -> None:
    sys.stdout.write(f"audit  | {text}\n")


if __name__ == "__main__":
    sys.exit(main())
