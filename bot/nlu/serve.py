"""Starts Rasa as the product runs it: `python -m bot.nlu.serve --model FILE`, from the project's root.

One process on one address with the REST channel alone. Rasa's HTTP API stays off (`PUT /model` runs foreign code),
telemetry too.
"""

import argparse
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bot.nlu import logs

if TYPE_CHECKING:
    from rasa.core.utils import AvailableEndpoints
    from sanic import Sanic

logger = logging.getLogger("bot.nlu.serve")

PROJECT: Final = Path(__file__).resolve().parents[2]
STOP_TIMEOUT_SECONDS: Final = 3.0
ONE_BLAS_THREAD: Final = ("OPENBLAS_NUM_THREADS", "1")
"""More threads spin for milliseconds after each product of one row: 20 ms of CPU a turn instead of 7."""
DEFAULT_ACTIONS_URL: Final = "http://127.0.0.1:5055"


def main(argv: list[str] | None = None) -> None:
    arguments = _parser().parse_args(argv)
    if not arguments.model.is_file():
        sys.exit(f"There is no trained model at {arguments.model}. Train one first: firebreak train")
    os.environ.update(RASA_TELEMETRY_ENABLED="false", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")
    os.environ.setdefault(*ONE_BLAS_THREAD)
    formatter = logs.install()
    app = build_app(arguments, formatter)
    app.run(host=arguments.host, port=arguments.port, workers=1, access_log=False, motd=False)


def build_app(arguments: argparse.Namespace, formatter: logs.JsonLines) -> "Sanic":
    from rasa.core.channels.rest import RestInput
    from rasa.core.run import close_resources, configure_app

    from bot.nlu import validation
    from bot.nlu.featurizer import EmbeddingsFeaturizer

    EmbeddingsFeaturizer.a_customer_waits = True
    logs.quiet_structlog()
    validation.install()
    endpoints = _endpoints(arguments)
    app = configure_app([RestInput()], enable_api=False)
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = STOP_TIMEOUT_SECONDS
    app.add_route(_set_log_level, "/log-level", methods=["PUT"])

    async def load(app: "Sanic", loop: Any) -> None:
        await _load_agent(app, loop, model=arguments.model, endpoints=endpoints)
        formatter.sealed = True
        logger.info("ready", extra={"port": arguments.port})

    async def close_actions(_app: "Sanic", _loop: Any) -> None:
        await endpoints.action.close()

    app.register_listener(load, "before_server_start")
    app.register_listener(close_resources, "after_server_stop")
    app.register_listener(close_actions, "after_server_stop")
    return app


async def _set_log_level(request: Any) -> Any:
    """`{"level": "debug"}` and so on; a level that there is not changes nothing."""
    from sanic import response

    try:
        if logs.set_level(str(request.json["level"])):
            logger.info("log level set", extra={"to": request.json["level"]})
    except (KeyError, TypeError):
        return response.json({"error": {"code": "invalid", "message": "There is no such level."}}, status=422)
    return response.json({})


async def _load_agent(app: "Sanic", loop: Any, *, model: Path, endpoints: "AvailableEndpoints") -> None:
    """Rasa would serve empty replies for ever without a model: end here instead, with a word."""
    from rasa.core.agent import load_agent

    agent = await load_agent(str(model), endpoints=endpoints, loop=loop)
    if not agent.is_ready():
        logger.critical("model_not_loaded", extra={"model": str(model)})
        logging.shutdown()
        os._exit(1)
    app.ctx.agent = agent


def _endpoints(arguments: argparse.Namespace) -> "AvailableEndpoints":
    from rasa.core.utils import AvailableEndpoints

    from bot.nlu.action_endpoint import KeptEndpoint

    endpoints = AvailableEndpoints.read_endpoints(str(arguments.endpoints))
    kept = dict(endpoints.action.kwargs) if endpoints.action else {}
    endpoints.action = KeptEndpoint(url=arguments.actions_url.rstrip("/") + "/webhook", **kept)
    return endpoints


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.nlu.serve", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="trained model (.tar.gz)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=5005, help="port to listen on (default: %(default)s)")
    parser.add_argument(
        "--actions-url",
        default=os.environ.get("FIREBREAK_ACTIONS_URL") or DEFAULT_ACTIONS_URL,
        help="where the action server listens (default: %(default)s)",
    )
    parser.add_argument("--endpoints", type=Path, default=PROJECT / "endpoints.yml", help="(default: the project's)")
    return parser


if __name__ == "__main__":
    main()
