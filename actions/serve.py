"""Starts the action server: `python -m actions.serve`, one process on one address.

As shipped, rasa-sdk listens on every address with several processes and leaves one behind when it is stopped.
"""

import argparse
import logging
from typing import Any, Final

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

from actions import logs
from actions.answer import ActionAnswer
from actions.complaint import ActionComplaint
from actions.feedback import ActionFeedback
from actions.handoff import ActionHandoff
from actions.talk import ActionTalk
from actions.ticket_status import ActionTicketStatus

logger = logging.getLogger("actions.serve")

OTHERS: Final = (ActionComplaint, ActionFeedback, ActionHandoff, ActionTalk, ActionTicketStatus)
STOP_TIMEOUT_SECONDS: Final = 3.0


class Executor(ActionExecutor):  # type: ignore[misc]
    """None of our actions reads the domain, so Rasa need not send it with every call (`enable_selective_domain`)."""

    def update_and_return_domain(self, payload: dict[str, Any], action_name: str) -> dict[str, Any]:
        return payload.get("domain") or {}


def build_app() -> Sanic:  # type: ignore[type-arg]
    executor, answer = Executor(), ActionAnswer()
    for action in (answer, *OTHERS):
        executor.register_action(action)
    app: Sanic = create_app(executor, cors_origins=[])  # type: ignore[type-arg]
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = STOP_TIMEOUT_SECONDS

    async def ready(_app: object, _loop: object) -> None:
        logger.info("ready")

    async def close(_app: object, _loop: object) -> None:
        await answer.close()

    app.add_route(_set_log_level, "/log-level", methods=["PUT"])
    app.register_listener(ready, "after_server_start")
    app.register_listener(close, "after_server_stop")
    return app


async def _set_log_level(request: Request) -> HTTPResponse:
    """`{"level": "debug"}` and so on; a level that there is not changes nothing."""
    try:
        if logs.set_level(str(request.json["level"])):
            logger.info("log level set", extra={"to": request.json["level"]})
    except (KeyError, TypeError):
        return json({"error": {"code": "invalid", "message": "There is no such level."}}, status=422)
    return json({})


def main(argv: list[str] | None = None) -> None:
    arguments = _parser().parse_args(argv)
    logs.install()
    app = build_app()
    app.run(host=arguments.host, port=arguments.port, single_process=True, access_log=False, motd=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m actions.serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=5055, help="port to listen on (default: %(default)s)")
    return parser


if __name__ == "__main__":
    main()
