"""One site on each database for the package. Every test asks in words of its own, so that none meets another's."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.dialogue.scripted import ScriptedEngine
from tests.conftest import create_postgres
from tests.people import Ada, StaffMember
from tests.scripts import by_first_word
from tests.sites import PASSWORD, Site, hire, running

Item = dict[str, Any]
ARTICLE = {"language": "en", "question": "Can I pay by cheque?", "answer": "No, by *card*.", "variants": [], "tags": []}


@pytest.fixture(scope="package", params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("inbox")
    url = f"sqlite:///{folder / 'firebreak.db'}"
    if request.param == "postgres":
        url = create_postgres(request.getfixturevalue("postgres"))
    limits: dict[str, Any] = {"messages_per_10_seconds": 100_000, "messages_per_minute": 100_000}
    with running(url, folder, using=ScriptedEngine(by_first_word), **limits) as site:
        hire(site.db)
        yield site


@pytest.fixture(scope="package")
def cast(site: Site) -> dict[str, StaffMember]:
    names = ("ben", "cleo", "dan")
    return {name: StaffMember(site.url, f"{name}@emberly.example", PASSWORD) for name in names}


@pytest.fixture
def staff(cast: dict[str, StaffMember]) -> Callable[[str], StaffMember]:
    return cast.__getitem__


@pytest.fixture
def ada(site: Site) -> Ada:
    return Ada(site.url)


@pytest.fixture
def question(request: pytest.FixtureRequest) -> str:
    """What nobody else asks; the scripted engine does not answer it."""
    return str(request.node.originalname).replace("_", " ").replace("test", "gibberish", 1)


def listed(staff: StaffMember, text: str, *, of: str = "gaps", **filters: object) -> list[Item]:
    """The clusters whose name says `text`, in the list's order."""
    found = staff.get(f"/knowledge/{of}", limit=200, **filters)["items"]
    return [item for item in found if text.casefold() in item["text"].casefold()]


def only(staff: StaffMember, text: str, **more: Any) -> Item:
    (found,) = listed(staff, text, **more)
    return found


def published(cleo: StaffMember, **more: object) -> Item:
    article: Item = cleo.post("/knowledge/articles", {**ARTICLE, **more}, status=201)
    cleo.post(f"/knowledge/articles/{article['id']}/publish")
    return article


def answered(cleo: StaffMember, text: str) -> str:
    """The path of the gap that says `text`, which an article answers now."""
    path = f"/knowledge/gaps/{only(cleo, text)['id']}"
    cleo.post(f"{path}/answer", {"article_id": published(cleo)["id"]})
    return path
