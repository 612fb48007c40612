"""Work that failed for good: seen by those who may, tried again without harm, given up with a reason."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.core import clock, jobs
from bot.core.db import Database
from bot.core.jobs import Job, JobState
from tests.people import StaffMember, until
from tests.sites import Site

UNKNOWN = "of_no_kind"


@pytest.fixture
def admin(staff: Callable[[str], StaffMember]) -> StaffMember:
    return staff("admin")


def failed_job(db: Database, *, kind: str = UNKNOWN, key: str = "article-1") -> str:
    with db.transaction() as session:
        job = jobs.enqueue(session, kind, {"article_id": key, "text": "a customer's words"}, key=key)
        session.flush()
        job.attempts = job.max_attempts
        session.flush()
        jobs.fail(session, job, RuntimeError("my-secret-words"))
        return str(job.id)


def test_what_failed_is_listed_with_its_tries_and_without_anybodys_words(site: Site, dan: StaffMember) -> None:
    failed = failed_job(site.db)
    answer = dan.http.get("/operations/jobs", params={"state": "failed"})
    (shown,) = answer.json()["items"]
    assert (shown["id"], shown["kind"], shown["belongs_to"]) == (failed, UNKNOWN, "article-1")
    assert (shown["tries"], shown["last_failure"]) == (8, "RuntimeError")
    assert shown["since"] >= shown["created_at"]
    assert "words" not in answer.text


def test_only_an_admin_changes_something_and_only_supervisors_read(
    site: Site, admin: StaffMember, dan: StaffMember, ben: StaffMember, eve: StaffMember
) -> None:
    failed = failed_job(site.db)
    writing: list[tuple[str, str, Any]] = [
        ("POST", "/operations/jobs/replay", {}),
        ("POST", f"/operations/jobs/{failed}/replay", {}),
        ("POST", f"/operations/jobs/{failed}/give-up", {"reason": "x"}),
        ("PUT", "/operations/log-level", {"level": "info"}),
    ]
    for person in (dan, ben, eve):
        assert {person.http.request(method, path, json=body).status_code for method, path, body in writing} == {403}
    for path in ("", "/jobs", "/events", "/log-level"):
        statuses = [who.http.get(f"/operations{path}").status_code for who in (admin, dan, ben, eve)]
        assert statuses == [200, 200, 403, 403]


def test_a_job_is_tried_again_once_however_often_it_is_asked(site: Site, admin: StaffMember) -> None:
    failed = failed_job(site.db)
    assert admin.post(f"/operations/jobs/{failed}/replay") == {"replayed": [failed]}
    assert admin.post(f"/operations/jobs/{failed}/replay") == {"replayed": []}
    done = admin.get("/operations/events")["items"]
    assert [(event["event"], event["target"], event["by"]) for event in done] == [("replayed", failed, "Admin")]


def test_all_of_a_kind_are_tried_again_and_the_others_left_alone(site: Site, admin: StaffMember) -> None:
    first, second = failed_job(site.db, key="a"), failed_job(site.db, key="b")
    other = failed_job(site.db, kind="another", key="c")
    assert sorted(admin.post("/operations/jobs/replay", {"kind": UNKNOWN})["replayed"]) == [first, second]
    assert [piece["id"] for piece in admin.get("/operations/jobs", state="failed")["items"]] == [other]
    assert admin.post("/operations/jobs/replay")["replayed"] == [other]


def test_an_index_job_that_had_half_succeeded_is_harmless_when_it_is_tried_again(
    site: Site, admin: StaffMember, cleo: StaffMember
) -> None:
    """Its handler reads the present state: what is not in force is taken out, twice if need be."""
    draft = {"language": "en", "question": "Is it waterproof?", "answer": "Yes."}
    article = cleo.post("/knowledge/articles", draft, status=201)["id"]
    failed = failed_job(site.db, kind="index_article", key=article)
    admin.post(f"/operations/jobs/{failed}/replay")

    def tried() -> bool:
        with site.db.snapshot() as session:
            return session.get_one(Job, int(failed)).last_error == "KnowledgeUnavailable"

    until(tried, what="the worker did not take it")


def test_a_job_is_given_up_with_a_reason_that_is_kept(site: Site, admin: StaffMember) -> None:
    failed = failed_job(site.db)
    admin.post(f"/operations/jobs/{failed}/give-up", {"reason": " "}, status=422)
    admin.post(f"/operations/jobs/{failed}/give-up", {"reason": "The article is gone."})
    admin.post(f"/operations/jobs/{failed}/give-up", {"reason": "Again."}, status=404)
    assert admin.get("/operations/jobs", state="failed")["items"] == []
    assert [piece["id"] for piece in admin.get("/operations/jobs", state="given_up")["items"]] == [failed]
    (event,) = admin.get("/operations/events")["items"]
    assert (event["event"], event["reason"], event["detail"]) == ("gave_up", "The article is gone.", UNKNOWN)


def test_a_job_whose_holder_dies_on_every_try_fails_in_the_end(site: Site) -> None:
    """What ends a process must not be run for ever."""
    with site.db.transaction() as session:
        job = jobs.enqueue(session, UNKNOWN, {}, run_at=clock.now() + timedelta(days=1))
        session.flush()
        job.state, job.attempts, job.lease_until = JobState.RUNNING, job.max_attempts, clock.now()
        session.flush()
        taken = jobs.claim(session)
        session.refresh(job)
        assert (taken, job.state, job.last_error) == ([], JobState.FAILED, jobs.ABANDONED)
