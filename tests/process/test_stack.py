"""The whole product as an operator starts it, with the real Rasa and the real models."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench import product as whole
from bench.product import Product
from bot.core.settings import PROJECT_ROOT
from bot.up.health import get
from tests.process.product import family_of, living, until

pytestmark = pytest.mark.stack
SHARED = {"models_dir": str(PROJECT_ROOT / "models")}
BACK_SECONDS = 120


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stack") / "var"


@pytest.fixture(scope="module")
def product(folder: Path) -> Iterator[Product]:
    with whole.running(folder, answering=False, settings=SHARED) as started:
        yield started


def test_a_page_is_served_before_rasa_is_up_and_every_part_works_in_the_end(product: Product) -> None:
    status, _ = get(f"{product.url}/")
    assert status == 200
    product.wait_for("answering", seconds=whole.ANSWERING_SECONDS)
    said = [line.partition(" ")[0] for line in product.lines]
    assert said.index("ready") < said.index("answering")
    until(lambda: _ready(product), "everything in order")


def test_the_demo_staff_is_shown_with_passwords(product: Product) -> None:
    shown = [line.split()[:2] for line in product.lines if line.startswith("  ") and "@emberly.example" in line]
    assert [role for _, role in shown] == ["agent", "editor", "supervisor", "admin"]


def test_a_second_up_on_the_data_directory_is_refused(product: Product, folder: Path) -> None:
    with pytest.raises(RuntimeError, match="is in use by another `firebreak up`"), whole.running(folder):
        pass


def test_nothing_is_written_outside_the_data_directory(product: Product, folder: Path) -> None:
    family = family_of(product.process.pid)
    assert len(family) == 5
    written = {path for pid in family for path in _files_open_for_writing(pid)}
    kept = (str(folder), "/dev/", "/proc/", "/memfd:")
    assert [path for path in sorted(written) if not path.startswith(kept)] == []


def test_no_part_listens_but_on_loopback(product: Product) -> None:
    for name in ("rasa_url", "actions_url", "knowledge_url"):
        assert urlsplit(product.setting(name)).hostname == "127.0.0.1"
    ports = {urlsplit(product.setting(name)).port for name in ("rasa_url", "actions_url", "knowledge_url")}
    assert {address for address, port in _listening() if port in ports} == {"0100007F"}


@pytest.mark.parametrize("name", ["web", "actions", "knowledge", "rasa"])
def test_a_killed_part_is_back_by_itself(product: Product, name: str) -> None:
    before = product.kill(name)
    assert before
    until(lambda: product.pid(name) not in (None, before), f"another {name}", BACK_SECONDS)
    until(lambda: _ready(product), f"everything in order after {name} was killed", BACK_SECONDS)


def test_it_stops_when_it_is_asked_to_and_leaves_nobody(product: Product) -> None:
    family = family_of(product.process.pid)
    product.stop()
    assert living(family) == []


def test_a_second_start_neither_trains_nor_shows_passwords(product: Product, folder: Path) -> None:
    assert product.process.poll() is not None
    with whole.running(folder, settings=SHARED) as again:
        assert not [line for line in again.lines if line.startswith("train ") or "@emberly.example" in line]
        family = family_of(again.process.pid)
        again.process.kill()
        until(lambda: not living(family), f"{family} gone after up was killed")


def _ready(product: Product) -> bool:
    _, body = get(f"{product.url}/readyz")
    return isinstance(body, dict) and body.get("answering") is True


def _files_open_for_writing(pid: int) -> Iterator[str]:
    for entry in Path(f"/proc/{pid}/fdinfo").iterdir():
        flags = next(line.split()[1] for line in entry.read_text().splitlines() if line.startswith("flags:"))
        target = os.readlink(f"/proc/{pid}/fd/{entry.name}")  # noqa: PTH115
        if int(flags, 8) & (os.O_WRONLY | os.O_RDWR) and target.startswith("/"):
            yield target


def _listening() -> Iterator[tuple[str, int]]:
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        if columns[3] == "0A":
            address, _, port = columns[1].partition(":")
            yield address, int(port, 16)
