"""Nobody may drown the others; whoever is refused hears when to come back."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.core import limits
from bot.dialogue.scripted import ScriptedEngine
from tests.people import Ada, frame
from tests.sites import Site, running


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """All is counted in one moment, so that ten seconds do not pass on a slow machine meanwhile."""
    monkeypatch.setattr(limits, "time", SimpleNamespace(monotonic=lambda: 1_000.0))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site with the limits as shipped."""
    with running(f"sqlite:///{tmp_path / 'limits.db'}", tmp_path, using=ScriptedEngine()) as site:
        yield site


def test_the_eleventh_message_in_ten_seconds_is_refused_with_a_time(ada: Ada) -> None:
    codes = [ada.post(f"word {number}").status_code for number in range(11)]
    assert codes == [202] * 10 + [429]
    answer = ada.post("again")
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.json()["error"]["code"] == "rate_limited"


def test_the_limit_holds_on_the_socket_too(ada: Ada) -> None:
    with ada.socket() as socket:
        for number in range(11):
            socket.send(f'{{"type":"message","client_message_id":"{number}","text":"word"}}')
        assert frame(socket, "error")["error"]["code"] == "rate_limited"


def test_one_visitor_begins_thirty_conversations_an_hour(site: Site) -> None:
    for _ in range(30):
        Ada(site.url, visitor="busy")
    with pytest.raises(AssertionError, match="rate_limited"):
        Ada(site.url, visitor="busy")
    Ada(site.url, visitor="other")
