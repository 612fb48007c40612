"""A site on SQLite for each file here, with the cast's accounts: what is tried does not depend on the database."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from argon2 import PasswordHasher

from bot.core import passwords
from bot.dialogue.scripted import ScriptedEngine
from tests.people import Ada, StaffMember
from tests.sites import PASSWORD, Site, hire, running

SHOP = "https://shop.emberly.example"
SHIPPED = PasswordHasher(time_cost=passwords.PASSES, memory_cost=passwords.MEMORY_KIB, parallelism=passwords.LANES)


@pytest.fixture(scope="package", autouse=True)
def slow_passwords() -> Iterator[None]:
    """As slow as they are for everybody else."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "_argon2", SHIPPED)
        passwords._nobodys.cache_clear()
        yield


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("security")
    with running(
        f"sqlite:///{folder / 'firebreak.db'}",
        folder,
        using=ScriptedEngine(),
        requests_per_minute=100_000,
        sign_ins_per_5_minutes=100,
        allowed_origins=SHOP,
    ) as site:
        hire(site.db)
        yield site


@pytest.fixture
def http(site: Site) -> Iterator[httpx.Client]:
    """A client without cookies of its own."""
    with httpx.Client(base_url=site.url, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def ada(site: Site) -> Ada:
    return Ada(site.url)


@pytest.fixture
def staff(site: Site) -> Callable[[str], StaffMember]:
    return lambda name: StaffMember(site.url, f"{name}@emberly.example", PASSWORD)
