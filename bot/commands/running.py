"""Commands that run the product, or a process of it."""

import argparse
import sys
from collections.abc import Iterator

from bot.core import log
from bot.core.settings import Settings

NOT_STARTED = 3
SWITCH_SECONDS = 0.0005
"""How long a thread that answers turns may hold up the one that acknowledges messages; Python's own 5 ms add up."""


def up(settings: Settings, _arguments: argparse.Namespace) -> Iterator[str]:
    from bot.policy import load as policy
    from bot.up.run import run

    policy.load(settings.policy_dir)
    run(settings)
    yield from ()


def serve(settings: Settings, _arguments: argparse.Namespace) -> Iterator[str]:
    import uvicorn

    from bot.app import create_app
    from bot.core import server

    log.configure("web", level=settings.log_level)
    sys.setswitchinterval(SWITCH_SECONDS)
    app = create_app(settings, long_lived=True)
    web = uvicorn.Server(server.configured(app, host=settings.host, port=settings.port))
    web.run()
    if not web.started:
        sys.exit(NOT_STARTED)
    yield from ()


def worker(settings: Settings, _arguments: argparse.Namespace) -> Iterator[str]:
    from bot.worker import run

    log.configure("worker", level=settings.log_level)
    run(settings)
    yield from ()


def migrate(settings: Settings, _arguments: argparse.Namespace) -> Iterator[str]:
    from bot import migrations

    migrations.upgrade(settings.resolved_database_url)
    yield "The database has the tables of this version."
