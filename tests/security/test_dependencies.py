"""Every package that is installed is pinned to one version, and the audit says what it knows and what it does not."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import tomllib
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
LINE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.+!]+")
ACCEPTED = tomllib.loads((REQUIREMENTS / "advisories.toml").read_text(encoding="utf-8"))["accepted"]
COPYLEFT = re.compile(r"\b(A|L)?GPL|Affero|SSPL|BUSL", re.IGNORECASE)
KNOWN_COPYLEFT = {"psycopg", "psycopg-binary"}
"""LGPL, imported and not changed: docs/dependencies.md."""
Answers = Callable[[dict[str, Any]], dict[str, Any]]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(*files: str) -> dict[str, str]:
    """The version of each package; fails for a line that pins nothing."""
    found = {}
    for file in files:
        for line in (REQUIREMENTS / file).read_text(encoding="utf-8").splitlines():
            bare = line.partition("#")[0].strip()
            if bare and not bare.startswith("-r "):
                assert LINE.fullmatch(bare), f"{file}: {line}"
                name, _, version = bare.partition("==")
                found[plain(name)] = version
    return found


def test_every_line_of_the_requirements_is_an_exact_version() -> None:
    assert len(pinned("app.txt", "dev.txt")) > 100
    assert len(pinned("rasa.txt")) > 100


def test_what_is_installed_is_what_is_pinned_and_all_that_it_needs_is_pinned_too() -> None:
    """So that no install takes a version that nobody chose."""
    wanted = pinned("app.txt", "dev.txt")
    other = {name: metadata.version(name) for name in wanted if _public(metadata.version(name)) != wanted[name]}
    assert other == {}
    assert {f"{name} needs {need}" for name in wanted for need in needs(name) if need not in wanted} == set()


def needs(name: str) -> Iterator[str]:
    """What the installed package asks for on this machine, without extras."""
    for line in metadata.requires(name) or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield plain(requirement.name)


def test_the_licence_of_every_package_that_we_ship_with_is_known() -> None:
    unknown, binding = [], []
    for name in pinned("app.txt"):
        about = metadata.metadata(name)
        kinds = [kind for kind in about.get_all("Classifier") or [] if kind.startswith("License")]
        words = [about[key] for key in ("License-Expression", "License") if key in about]
        said = " ".join([*(word[:80] for word in words), *kinds]).strip()
        if not said and not any("licen" in str(file).lower() for file in metadata.files(name) or []):
            unknown.append(name)
        if COPYLEFT.search(said) and name not in KNOWN_COPYLEFT:
            binding.append(name)
    assert unknown == []
    assert binding == []


def test_every_accepted_advisory_says_why_when_and_for_which_pin() -> None:
    pins = {*pinned("app.txt", "dev.txt").items(), *pinned("rasa.txt").items()}
    for one in ACCEPTED:
        assert (one["package"], one["version"]) in pins, "this version is pinned no more: look again"
        assert len(one["why"]) > 80
        assert one["ids"] == list(dict.fromkeys(one["ids"]))
        assert str(one["reviewed"]) >= "2026-11-22"


@contextmanager
def service(answers: Answers) -> Iterator[str]:
    """Speaks OSV's querybatch."""

    class Osv(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(answers(asked)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_arguments: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Osv)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/querybatch"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def audit(address: str) -> tuple[int, str]:
    command = [sys.executable, str(ROOT / "deploy" / "audit.py"), "--service", address]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env={"no_proxy": "*"})
    return done.returncode, done.stdout


def known(name: str, *ids: str) -> Answers:
    """Answers that know `ids` of the package `name`, and nothing of any other."""

    def answers(asked: dict[str, Any]) -> dict[str, Any]:
        of = {"vulns": [{"id": one, "modified": "2026-01-01T00:00:00Z"} for one in ids]}
        return {"results": [of if query["package"]["name"] == name else {} for query in asked["queries"]]}

    return answers


def test_the_audit_asks_once_for_every_pin() -> None:
    asked: list[dict[str, Any]] = []

    def answers(questions: dict[str, Any]) -> dict[str, Any]:
        asked.append(questions)
        return {"results": [{} for _ in questions["queries"]]}

    with service(answers) as at:
        code, said = audit(at)
    (questions,) = asked
    queries = {(plain(one["package"]["name"]), one["version"]) for one in questions["queries"]}
    assert queries == {*pinned("app.txt", "dev.txt").items(), *pinned("rasa.txt").items()}
    assert {one["package"]["ecosystem"] for one in questions["queries"]} == {"PyPI"}
    assert (code, "0 advisories, 0 of them not reviewed" in said) == (0, True)


def test_the_audit_accepts_what_was_reviewed_and_names_what_was_not() -> None:
    (keras,) = [one for one in ACCEPTED if one["package"] == "keras"]
    with service(known("keras", *keras["ids"])) as at:
        assert audit(at)[0] == 0
    with service(known("keras", keras["ids"][0], "PYSEC-2099-1")) as at:
        code, said = audit(at)
    assert code == 1
    assert f"NOT REVIEWED: keras {keras['version']}: PYSEC-2099-1\n" in said


@pytest.mark.parametrize("answers", [lambda _asked: {"results": []}, lambda _asked: {}, lambda _asked: []])
def test_an_audit_that_was_told_nothing_never_passes(answers: Answers) -> None:
    with service(answers) as at:
        code, said = audit(at)
    assert code == 2
    assert "NOT AUDITED" in said


def test_an_audit_that_reaches_nobody_says_so_and_does_not_pass() -> None:
    code, said = audit("http://127.0.0.1:9/v1/querybatch")
    assert (code, said.startswith("audit  | NOT AUDITED")) == (2, True)


def _public(version: str) -> str:
    """Without what a build adds to it: torch 2.13.0+cpu."""
    return version.partition("+")[0]
