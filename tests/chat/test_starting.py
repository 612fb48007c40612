"""How a conversation begins, also when several tabs of one browser begin at the same moment."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import func, select

from bot.chat.models import ChannelIdentity, Customer
from tests.sites import Site

TABS = 6


@pytest.mark.parametrize("round_", range(3))
def test_tabs_of_a_new_visitor_that_begin_at_once_are_one_person(site: Site, round_: int) -> None:
    visitor = f"visitor-{secrets.token_hex(6)}"
    together = threading.Barrier(TABS)

    def begin(_: int) -> int:
        body = {"channel": "web", "visitor_id": visitor, "customer": {"name": "Ada"}}
        with httpx.Client(base_url=site.url, trust_env=False, timeout=30) as http:
            http.get("/healthz")
            together.wait(30)
            return http.post("/api/v1/conversations", json=body).status_code

    with ThreadPoolExecutor(TABS) as pool:
        assert list(pool.map(begin, range(TABS))) == [201] * TABS
    with site.db.snapshot() as session:
        key = f"visitor:{visitor}"
        people = select(func.count()).select_from(Customer).where(Customer.person_key == key)
        doors = select(func.count()).select_from(ChannelIdentity).where(ChannelIdentity.address == key)
        assert (session.scalar(people), session.scalar(doors)) == (1, 1)
