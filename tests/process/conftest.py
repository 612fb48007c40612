"""Products that are surely gone after each test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.process.product import Product, described, started

Launch = Callable[..., Product]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Starts made-up parts: `launch(web=[], rasa=["--loading", "1"])`. `.parts` of the result describes them."""
    running: list[Product] = []

    def begin(**options: list[str]) -> Product:
        parts = [described(tmp_path, name, *given) for name, given in options.items()]
        product = started(tmp_path, parts)
        product.health = {part["name"]: str(part["url"]) for part in parts}
        running.append(product)
        return product

    yield begin
    for product in running:
        product.end()


@pytest.fixture
def launch_command(tmp_path: Path) -> Iterator[Launch]:
    """Starts a command of ours: `launch_command(["up", "--port", "0"])`."""
    import sys

    running: list[Product] = []

    def begin(arguments: list[str], **environment: Any) -> Product:
        product = Product(tmp_path, [sys.executable, "-m", "bot.cli", *arguments], environment)
        running.append(product)
        return product

    yield begin
    for product in running:
        product.end()
