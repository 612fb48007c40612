"""`firebreak up` with links of ours between its parts: `python -m bench.faults.start --port N --data-dir D LINKS_JSON`.

LINKS_JSON names, by setting, the address that the parts reach each other at: `{"rasa_url": "http://127.0.0.1:N"}`.
Each part itself listens where its setting says, so the links lie between. All else is the product's own.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence

from bot.core import settings as all_settings
from bot.core.settings import PREFIX
from bot.up.parts import Part
from bot.up.run import run


def main(argv: list[str]) -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.faults.start", description=__doc__)
    asked.add_argument("--port", type=int, required=True)
    asked.add_argument("--data-dir", required=True)
    asked.add_argument("links", type=json.loads)
    arguments = asked.parse_args(argv)
    settings = all_settings.load(port=arguments.port, data_dir=arguments.data_dir)
    run(settings, wired=lambda parts: wired(parts, arguments.links))


def wired(parts: Sequence[Part], links: dict[str, str]) -> list[Part]:
    """The parts, each told to reach the others by `links`."""
    environment = {f"{PREFIX}{name.upper()}": url for name, url in links.items()}
    actions = links.get("actions_url")
    return [
        dataclasses.replace(
            part,
            env={**part.env, **environment},
            argv=_with_actions(part.argv, actions) if part.name == "rasa" and actions else part.argv,
        )
        for part in parts
    ]


def _with_actions(argv: tuple[str, ...], url: str) -> tuple[str, ...]:
    place = argv.index("--actions-url") + 1
    return (*argv[:place], url, *argv[place + 1 :])


if __name__ == "__main__":
    main(sys.argv[1:])
