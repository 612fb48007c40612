"""The OpenAPI document against the running site: every call, by everybody, with what the document allows and with what
it does not. Bounded, and the same each time; `FIREBREAK_EXAMPLES=100` tries harder."""

import itertools
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.input.calls import Scene, refused
from tests.people import StaffMember
from tests.sites import Site

EXAMPLES = int(os.environ.get("FIREBREAK_EXAMPLES", "2"))
CONFORMS = [status_code_conformance, content_type_conformance, response_schema_conformance]
METHODS = {"get", "put", "post", "delete", "patch"}
LEFT_ALONE = {
    ("POST", "/api/v1/staff/logout"): "it would end the session of whoever tries the rest",
    ("PUT", "/api/v1/operations/log-level"): "it would silence the log that is being watched",
}
WITHOUT_KNOWLEDGE = frozenset(
    f"/api/v1/knowledge/{call}" for call in ("search", "writing/try", "writing/similar", "writing/replay")
)
"""The search's service does not run here: 503 is its right answer."""
PARAMETER = re.compile(r"\{\w+\}")
pytestmark = pytest.mark.parametrize("site", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def scene(site: Site, cast: dict[str, StaffMember]) -> Scene:
    return Scene(site, cast)


@pytest.fixture(scope="module")
def article(cast: dict[str, StaffMember]) -> str:
    body = {"language": "en", "question": "How loud is it?", "answer": "Not at all."}
    return str(cast["cleo"].post("/knowledge/articles", body, status=201)["id"])


def document(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = site.app.openapi()
    return found


@pytest.fixture(scope="module")
def everybody(scene: Scene) -> Iterator[dict[str, requests.Session]]:
    """A session for each, and one for nobody."""
    tokens = {"nobody": None, "ada": scene.ada.token, **{name: one.token for name, one in scene.cast.items()}}
    with ExitStack() as stack:
        sessions = {name: stack.enter_context(requests.Session()) for name in tokens}
        for name, session in sessions.items():
            session.trust_env = False
            session.headers.update({"Authorization": f"Bearer {tokens[name]}"} if tokens[name] else {})
        yield sessions


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_call_answers_as_the_document_says(
    site: Site, scene: Scene, article: str, everybody: dict[str, requests.Session], mode: GenerationMode
) -> None:
    known = {"conversation_id": scene.ada.id, "number": scene.ticket, "alert_id": scene.alert, "article_id": article}
    for result in schemathesis.openapi.from_dict(document(site)).get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        takes = operation.body or operation.query or operation.path_parameters
        if (operation.method.upper(), operation.path) in LEFT_ALONE or (mode is GenerationMode.NEGATIVE and not takes):
            continue
        allowed = {name: everybody[name] for name in ("ada", "admin")}
        tried(operation, mode, everybody if mode is GenerationMode.POSITIVE else allowed, site.url, known)


def tried(
    operation: Any, mode: GenerationMode, people: dict[str, requests.Session], url: str, known: dict[str, Any]
) -> None:
    numbers = itertools.count()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def attempt(case: Case[Any]) -> None:
        if next(numbers) % 2 == 0:
            case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
        case.query.pop("wait", None)
        for session in people.values():
            answer = case.call(base_url=url, session=session)
            unready = answer.status_code == 503 and operation.path in WITHOUT_KNOWLEDGE
            case.validate_response(answer, checks=CONFORMS if unready else [*CONFORMS, not_a_server_error])

    attempt()


def test_every_call_says_what_it_is_what_it_takes_and_what_it_answers(site: Site) -> None:
    lacking = []
    for path, item in document(site)["paths"].items():
        for method, call in item.items():
            where = f"{method} {path}"
            if not (call.get("summary") and call.get("description")):
                lacking.append(f"{where}: no words")
            if path.startswith("/api/v1/") and not {"422", "429"} <= set(call["responses"]):
                lacking.append(f"{where}: refusals")
            for status, told in call["responses"].items():
                if status != "204" and not any(kind.get("schema") for kind in told.get("content", {}).values()):
                    lacking.append(f"{where}: {status} without a shape")
    assert lacking == []


def test_every_text_that_is_taken_has_a_greatest_length(site: Site) -> None:
    shapes = document(site)["components"]["schemas"]
    texts = {
        f"{name}.{key}": found
        for name, shape in shapes.items()
        if not name.endswith(("Out", "Refused", "Refusal"))
        for key, inner in shape.get("properties", {}).items()
        for found in (inner, *inner.get("anyOf", ()), inner.get("items", {}))
        if found.get("type") == "string"
    }
    assert [
        key for key, text in texts.items() if not ({"maxLength", "enum", "const", "format", "pattern"} & set(text))
    ] == []


def test_what_needs_a_token_says_whose(site: Site, scene: Scene) -> None:
    paper = document(site)
    assert set(paper["components"]["securitySchemes"]) == {"conversation", "staff"}
    for path, item in paper["paths"].items():
        for method, call in item.items():
            if "401" in call["responses"] and "security" in call:
                address = PARAMETER.sub("1", path.removeprefix("/api/v1"))
                answer = scene.nobody.request(method, address, json={} if "requestBody" in call else None)
                assert answer.status_code in (401, 422), (method, path, answer.status_code)


def test_a_method_that_a_path_does_not_take_is_refused_with_those_that_it_takes(site: Site, scene: Scene) -> None:
    """A path that another one's parameter takes in, `articles/counts` in `articles/{id}`, takes what that one takes."""
    paths = document(site)["paths"]
    for path in paths:
        if not path.startswith("/api/v1"):
            continue
        address = PARAMETER.sub("1", path.removeprefix("/api/v1"))
        alike = [
            item for other, item in paths.items() if re.fullmatch(PARAMETER.sub("[^/]+", other), f"/api/v1{address}")
        ]
        for method in METHODS.difference(*alike):
            answer = scene.nobody.request(method, address)
            refused(answer, status=405, code="method_not_allowed")
            assert answer.headers["allow"]
