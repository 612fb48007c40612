"""supervisord as a child of ours: it starts, restarts and stops the parts; we drive it over its socket."""

import http.client
import json
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from supervisor.xmlrpc import SupervisorTransport

from bot.core.settings import PROJECT_ROOT
from bot.up import tether
from bot.up.logs import LogPump
from bot.up.parts import Part

START_SECONDS = 15.0
STOP_SECONDS = 3
QUICK_STARTS = 15  # tries with growing pauses, about two minutes; then the watch starts the part now and again
GROUP = "firebreak"
USER = "up"
TETHER = (sys.executable, "-I", str(Path(tether.__file__).resolve()))


class KeeperGoneError(Exception):
    """supervisord does not run any more; the kernel has ended its children."""


class _Transport(SupervisorTransport):  # type: ignore[misc]
    """supervisor's own, which would wait for ever for a supervisord that was stopped."""

    def __init__(self, path: Path, password: str, seconds: float) -> None:
        super().__init__(USER, password, f"unix://{path}")
        self._get_connection = lambda: _Connection(path, seconds)


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Keeper:
    """A running supervisord. Calls raise KeeperGoneError when it has ended. One instance a thread: see `again`.

    One that was stopped (SIGSTOP) is continued, and one that does not answer even then is killed: its parts end with
    it, and whoever keeps it starts all of them anew.
    """

    def __init__(
        self, run: Path, process: subprocess.Popen[bytes], password: str, logs: LogPump, answer_seconds: float
    ) -> None:
        self._run = run
        self._process = process
        self._password = password
        self._logs = logs
        self._answer_seconds = answer_seconds
        self._connect()

    def again(self) -> "Keeper":
        """The same supervisord over a connection of its own, for another thread."""
        return Keeper(self._run, self._process, self._password, self._logs, self._answer_seconds)

    def start(self, name: str) -> None:
        self._call("startProcess", f"{GROUP}:{name}", False)

    def stop(self, name: str) -> None:
        self._call("stopProcess", f"{GROUP}:{name}", True)

    def state(self, name: str) -> tuple[str, int]:
        """supervisord's word for the part's state (RUNNING, STARTING, BACKOFF, FATAL, ...) and its pid, 0 if none."""
        found = self._call("getProcessInfo", f"{GROUP}:{name}") or {}
        return str(found.get("statename", "UNKNOWN")), int(found.get("pid", 0))

    def is_running(self) -> bool:
        return self._process.poll() is None

    def request_stop(self) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)

    def close(self) -> None:
        """Stop every part, then supervisord; what does not stop in time is killed."""
        self.request_stop()
        try:
            self._process.wait(timeout=STOP_SECONDS + 1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        (self._run / "supervisor.sock").unlink(missing_ok=True)

    def _call(self, method: str, *arguments: object) -> Any:
        try:
            return self._ask(method, *arguments)
        except TimeoutError:
            self._say(
                f"supervisord has not answered for {self._answer_seconds:.0f} s; continuing it, if it was stopped"
            )
            self._process.send_signal(signal.SIGCONT)
        except KeeperGoneError:
            if not self.is_running():
                raise
        try:
            return self._ask(method, *arguments)
        except TimeoutError as error:
            self._say("supervisord does not answer; killing it")
            self._process.kill()
            raise KeeperGoneError from error

    def _ask(self, method: str, *arguments: object) -> Any:
        try:
            return getattr(self._rpc.supervisor, method)(*arguments)
        except xmlrpc.client.Fault:
            return None
        except TimeoutError:
            self._connect()
            raise
        except (OSError, xmlrpc.client.Error, http.client.HTTPException, EOFError, ValueError) as error:
            self._connect()
            raise KeeperGoneError from error

    def _connect(self) -> None:
        transport = _Transport(self._run / "supervisor.sock", self._password, self._answer_seconds)
        self._rpc = cast(Any, xmlrpc.client.ServerProxy("http://localhost", transport=transport))

    def _say(self, text: str) -> None:
        self._logs.say("up", logging.ERROR, text)


def open_keeper(
    run: Path, parts: Sequence[Part], environment: dict[str, str], logs: LogPump, *, answer_seconds: float
) -> Keeper:
    """Start supervisord with every part described and none started.

    `answer_seconds`: how long it may take for a call; more than STOP_SECONDS, which a part has to stop.
    """
    described = {}
    for part in parts:
        pipe = run / f"{part.name}.pipe"
        logs.open_pipe(part.name, pipe)
        described[part.name] = {"argv": part.argv, "env": part.env, "log": str(pipe)}
    (run / "parts.json").write_text(json.dumps(described), encoding="utf-8")
    password = secrets.token_hex(16)
    _write_private(run / "supervisord.conf", _configuration([part.name for part in parts], password))
    (run / "supervisor.sock").unlink(missing_ok=True)
    process = _spawn(run, environment, logs)
    _await_socket(process, run / "supervisor.sock")
    return Keeper(run, process, password, logs, answer_seconds)


def tethered(environment: dict[str, str]) -> dict[str, str]:
    """The environment for a process that is started through TETHER by this one."""
    return {**os.environ, **environment, tether.PARENT: str(os.getpid())}


def _spawn(run: Path, environment: dict[str, str], logs: LogPump) -> subprocess.Popen[bytes]:
    command = [*TETHER, "--", sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(run / "supervisord.conf")]
    run_environment = {tether.PARTS: str(run / "parts.json"), "FIREBREAK_RUN": str(run)}
    process = subprocess.Popen(
        command,
        cwd=PROJECT_ROOT,
        env=tethered({**environment, **run_environment}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    logs.follow_process("keeper", process)
    return process


def _await_socket(process: subprocess.Popen[bytes], path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not path.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise KeeperGoneError
        time.sleep(0.02)


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _configuration(names: Sequence[str], password: str) -> str:
    """supervisord's file. Commands and environments are in parts.json instead: no quoting rules apply there."""
    python, _, script = (word.replace("%", "%%") for word in TETHER)
    user = "user=root\n" if os.getuid() == 0 else ""
    sections = [
        f"[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\nloglevel=info\n{user}"
        "pidfile=%(ENV_FIREBREAK_RUN)s/supervisord.pid\nchildlogdir=%(ENV_FIREBREAK_RUN)s\n",
        "[unix_http_server]\nfile=%(ENV_FIREBREAK_RUN)s/supervisor.sock\nchmod=0700\n"
        f"username={USER}\npassword={password}\n",
        "[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n",
        f"[group:{GROUP}]\nprograms={','.join(names)}\n",
    ]
    for name in names:
        sections.append(
            f'[program:{name}]\ncommand="{python}" -I "{script}" {name}\nautostart=false\nautorestart=true\n'
            f"startsecs=2\nstartretries={QUICK_STARTS}\nstopasgroup=true\nkillasgroup=true\n"
            f"stopwaitsecs={STOP_SECONDS}\nredirect_stderr=true\nstdout_logfile=NONE\n"
        )
    return "\n".join(sections)
