"""An article is made once, however often it is sent: an answer may be lost on its way back."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.knowledge.editing.conftest import ARTICLE
from tests.people import StaffMember


@pytest.fixture
def given() -> dict[str, Any]:
    return {**ARTICLE, "id": str(uuid.uuid4())}


def sent(editor: StaffMember, given: dict[str, Any]) -> httpx.Response:
    return editor.http.post("/knowledge/articles", json=given)


def test_what_is_sent_again_is_the_same_article(cleo: StaffMember, given: dict[str, Any]) -> None:
    first, again = sent(cleo, given), sent(cleo, given)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["id"] == given["id"]
    assert len(cleo.get(f"/knowledge/articles/{given['id']}/versions")["items"]) == 1


def test_two_at_once_make_one(cleo: StaffMember, given: dict[str, Any]) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: sent(cleo, given), range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert cleo.get(f"/knowledge/articles/{given['id']}")["version"] == 1


def test_what_was_written_on_meanwhile_is_taken_over(cleo: StaffMember, given: dict[str, Any]) -> None:
    sent(cleo, given)
    longer = {**given, "answer": "No. Our partner does, on Mondays."}
    for _ in range(2):
        again = sent(cleo, longer)
        assert (again.status_code, again.json()["version"], again.json()["answer"]) == (200, 2, longer["answer"])


def test_what_somebody_else_made_or_changed_is_not_written_over(
    cleo: StaffMember, admin: StaffMember, given: dict[str, Any]
) -> None:
    made = sent(cleo, given).json()
    assert sent(admin, given).json()["error"]["fields"] == {"id": "taken"}
    admin.http.put(f"/knowledge/articles/{made['id']}", json={**ARTICLE, "answer": "Yes.", "version": 1})
    refused = sent(cleo, {**given, "answer": "Perhaps."})
    assert (refused.status_code, refused.json()["error"]["fields"]["version"]) == (409, 2)
    assert sent(cleo, given).json()["answer"] == "Yes."


@pytest.mark.parametrize("wrong", ["short", "a/b/c/d/e/f", "white space", "x" * 65, "é" * 10])
def test_an_id_is_one_that_can_stand_in_an_address(cleo: StaffMember, wrong: str) -> None:
    refused = sent(cleo, {**ARTICLE, "id": wrong})
    assert (refused.status_code, list(refused.json()["error"]["fields"])) == (422, ["id"])
