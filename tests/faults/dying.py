"""The web process, which dies by SIGKILL at one moment: `python -m tests.faults.dying MOMENT serve ...`.

MOMENT `acknowledging`: customers' messages are durable, and nobody was told. `answering`: an answer is, and nobody was.
"""

import os
import signal
import sys
from typing import Any

from bot import cli
from bot.chat.intake import Intake
from bot.core import live
from bot.core.live import InProcessHub


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at_an_answer(hub: InProcessHub, channel: str, event: live.Event) -> None:
    if event["type"] == "message" and event["message"]["author"] == "bot":
        die()
    _send(hub, channel, event)


_send = InProcessHub.send


def main(moment: str, arguments: list[str]) -> None:
    if moment == "acknowledging":
        Intake._tell = die  # type: ignore[method-assign, assignment]
    else:
        InProcessHub.send = die_at_an_answer  # type: ignore[method-assign, assignment]
    sys.exit(cli.main(arguments))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
