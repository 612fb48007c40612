"""Who may read and decide on alerts, over HTTP."""

from typing import Any

import pytest

from tests.people import StaffMember


@pytest.fixture
def warning(dan: StaffMember) -> dict[str, Any]:
    raised: dict[str, Any] = dan.post("/alerts", {"topic": "app_outage", "note": "the phone rings"}, status=201)
    return raised


def test_supervisors_leads_and_quality_read_and_supervisors_decide(
    warning: dict[str, Any], ben: StaffMember, eve: StaffMember, dan: StaffMember, cleo: StaffMember
) -> None:
    assert ben.http.get("/alerts").status_code == 403
    assert cleo.http.get("/alerts").status_code == 403
    assert [one["id"] for one in eve.get("/alerts")["items"]] == [warning["id"]]
    body = {"level": "advisory", "note": "seen"}
    assert eve.http.post(f"/alerts/{warning['id']}/confirm", json=body).status_code == 403
    assert dan.post(f"/alerts/{warning['id']}/confirm", body)["phase"] == "released"
    assert dan.http.post(f"/alerts/{warning['id']}/confirm", json=body).status_code == 409


def test_an_alert_has_every_field_of_the_contract(warning: dict[str, Any], dan: StaffMember) -> None:
    contract = {
        *("id", "topic", "phase", "level", "opened_at", "trigger", "window", "people", "channels", "families"),
        *("messages", "baseline", "departments", "tickets", "mentions", "events"),
    }
    assert contract <= dan.get(f"/alerts/{warning['id']}").keys()


def test_the_list_can_be_asked_by_phase_and_paged(warning: dict[str, Any], dan: StaffMember) -> None:
    other = dan.post("/alerts", {"topic": "long_wait", "note": "x"}, status=201)
    dan.post(f"/alerts/{warning['id']}/dismiss", {"reason": "known", "kind": "known"})
    assert [one["id"] for one in dan.get("/alerts", phase="warning")["items"]] == [other["id"]]
    assert [one["id"] for one in dan.get("/alerts", phase="dismissed,lifted")["items"]] == [warning["id"]]
    first = dan.get("/alerts", limit=1)
    second = dan.get("/alerts", limit=1, cursor=first["next"])
    assert [first["items"][0]["id"], second["items"][0]["id"]] == [other["id"], warning["id"]]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"topic": "weather", "note": "x"}),
        ("", {"topic": "app_outage", "note": ""}),
        ("/{id}/confirm", {"level": "doom", "note": "x"}),
        ("/{id}/dismiss", {"reason": "x", "kind": "boring"}),
        ("/{id}/pass-on", {"department": "moon", "note": "x"}),
    ],
)
def test_bad_requests_are_refused_in_words(
    warning: dict[str, Any], dan: StaffMember, path: str, body: dict[str, Any]
) -> None:
    answer = dan.http.post(f"/alerts{path.format(id=warning['id'])}", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]


def test_what_is_not_there_is_404(dan: StaffMember) -> None:
    assert dan.http.get("/alerts/nothing").status_code == 404
    assert dan.http.get("/alerts?phase=lost").status_code == 422
    answer = dan.http.post("/alerts/nothing/dismiss", json={"reason": "x", "kind": "other"})
    assert answer.status_code == 404
