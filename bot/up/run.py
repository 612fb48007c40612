"""The journey of `firebreak up`: hold the data directory, settle the ports, prepare the database, start each part
once the one before works, say `ready` and `answering`, look after them, stop them all."""

import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from bot.core.settings import PROJECT_ROOT, Settings
from bot.up import lock, stop
from bot.up.addresses import settle, worker_door
from bot.up.health import Health, get, probe
from bot.up.keeper import TETHER, Keeper, KeeperGoneError, open_keeper, tethered
from bot.up.logs import LogPump
from bot.up.parts import Part, child_environment, parts_of, reachable_url, web_url
from bot.up.places import Places
from bot.up.stop import Stop, Stopped
from bot.up.training import TrainingError, ensure_model
from bot.up.watch import Patience, Watch

TRAINING_TRIES = 3
REMINDER_SECONDS = 20.0


class PrepareError(Exception):
    """What comes before the first part went wrong: the database, or supervisord. The message says where to look."""


@dataclass
class Start:
    """One `firebreak up`. `said`: what the operator has been told on stdout, each once."""

    places: Places
    environment: dict[str, str]
    url: str
    readiness: str
    logs: LogPump
    stop: Stop
    patience: Patience = field(default_factory=Patience)
    said: set[str] = field(default_factory=set)

    def say(self, text: str) -> None:
        if text not in self.said:
            self.said.add(text)
            sys.stdout.write(text + "\n")
            sys.stdout.flush()


def run(settings: Settings, *, wired: Callable[[Sequence[Part]], Sequence[Part]] = lambda parts: parts) -> None:
    """Run the product until a signal. Raises DataDirInUseError, PortTakenError or PrepareError before it stands.

    `wired` may have the parts reach each other another way.
    """
    places = Places(settings.data_dir.resolve())
    places.make()
    with lock.held(places.root), stop.listening() as wish, _logs(places) as logs:
        settings = settings.model_copy(update={"data_dir": places.root})
        settings = settle(settings, lambda text: logs.say("up", logging.WARNING, text))
        start = Start(
            places,
            child_environment(settings, places),
            web_url(settings),
            reachable_url(settings, "/readyz"),
            logs,
            wish,
        )
        try:
            _prepare(start)
            parts = parts_of(
                settings,
                places,
                worker_door=None if settings.worker_in_process else worker_door(settings),
                train=lambda: _train(start, settings.knowledge_url),
            )
            keep_up(start, wired(parts))
        except Stopped:
            logs.say("up", logging.INFO, "stopped")


def keep_up(start: Start, parts: Sequence[Part]) -> None:
    """Start `parts` and keep them, anew when supervisord itself dies. Ends by Stopped, or PrepareError at once."""
    began = False
    while True:
        try:
            with _kept(start, parts) as (keeper, watch):
                began = True
                _bring_up(start, parts, keeper, watch)
                while keeper.is_running():
                    start.stop.wait(0.5)
        except KeeperGoneError as error:
            if not began:
                raise PrepareError(
                    f"supervisord does not start; {start.places.logs / 'keeper.log'} says why."
                ) from error
        if not start.stop.wished:
            start.logs.say("up", logging.ERROR, "supervisord has ended; starting it and every part anew")
        start.stop.wait(1)


def _bring_up(start: Start, parts: Sequence[Part], keeper: Keeper, watch: Watch) -> None:
    for part in parts:
        if part.before is not None and not part.before():
            break
        start.logs.say("up", logging.INFO, f"starting {part.name}")
        keeper.start(part.name)
        watch.add(part)
        if part.health:
            _await(start, keeper, part)
            watch.saw_working(part)
        if part is parts[0]:
            start.say(f"ready {start.url}")
    _await_answering(start, keeper)


def _await(start: Start, keeper: Keeper, part: Part) -> None:
    began = reminded = time.monotonic()
    while probe(part.health) is not Health.READY:
        start.stop.wait(0.2)
        if not keeper.is_running():
            raise KeeperGoneError
        now = time.monotonic()
        if now - reminded > REMINDER_SECONDS:
            reminded = now
            state = keeper.state(part.name)[0].lower()
            start.logs.say("up", logging.INFO, f"waiting for {part.name} ({now - began:.0f} s, {state})")
    start.logs.say("up", logging.INFO, f"{part.name} works", seconds=round(time.monotonic() - began, 1))


def _await_answering(start: Start, keeper: Keeper) -> None:
    """Say `answering` once the web process finds every part in order."""
    reminded = time.monotonic()
    while keeper.is_running():
        _, body = get(start.readiness)
        if isinstance(body, dict) and body.get("answering"):
            start.say("answering")
            return
        if time.monotonic() - reminded > REMINDER_SECONDS:
            reminded = time.monotonic()
            start.logs.say("up", logging.INFO, "not answering yet", parts=body)
        start.stop.wait(0.5)


def _prepare(start: Start) -> None:
    """Migrate, and on the first start seed the shop and its staff, in a process that then gives its memory back."""
    command = [*TETHER, "--", sys.executable, "-m", "bot.cli", "seed", "--quiet"]
    process = subprocess.Popen(
        command, cwd=PROJECT_ROOT, env=tethered(start.environment), stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while process.poll() is None:
            start.stop.wait(0.05)
    finally:
        process.kill()
        process.wait()
    if process.returncode != 0:
        raise PrepareError("The database could not be prepared; the lines above say why.")


def _train(start: Start, knowledge_url: str) -> bool:
    """Whether there is a model to start Rasa with. Without one the knowledge search answers alone."""

    def announce() -> None:
        start.logs.say("up", logging.INFO, "training the dialogue model; messages are acknowledged and kept meanwhile")

    for attempt in range(1, TRAINING_TRIES + 1):
        try:
            ensure_model(
                start.places, knowledge_url=knowledge_url, logs=start.logs, wait=start.stop.wait, on_training=announce
            )
        except TrainingError as error:
            start.logs.say("up", logging.ERROR, str(error), attempt=attempt)
            start.stop.wait(5 * attempt)
        else:
            return True
    start.logs.say("up", logging.ERROR, "there is no dialogue model; the knowledge search answers alone")
    return False


@contextmanager
def _kept(start: Start, parts: Sequence[Part]) -> Iterator[tuple[Keeper, Watch]]:
    folder, patience = start.places.run_folder(), start.patience
    keeper = open_keeper(folder, parts, start.environment, start.logs, answer_seconds=patience.supervisor)
    with closing(keeper):
        watch = Watch(keeper, start.logs, patience)

        def begin_to_end() -> None:
            watch.end()
            keeper.request_stop()

        start.stop.on_wish = begin_to_end
        watch.start()
        try:
            yield keeper, watch
        finally:
            watch.end()
            start.stop.on_wish = None


@contextmanager
def _logs(places: Places) -> Iterator[LogPump]:
    with closing(LogPump(places.logs)) as pump:
        pump.start()
        yield pump
