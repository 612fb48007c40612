"""The fixed cast, each at their own door: Ada asks, Ben is an agent, Cleo edits, Dan supervises, Eve is refused."""

import json
import secrets
import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
from websockets.sync.client import ClientConnection, connect
from websockets.sync.connection import Connection
from websockets.typing import Subprotocol

Message = dict[str, Any]
T = TypeVar("T")
PATIENCE_SECONDS = 60.0
"""How long something may take on a machine that does much else. Waiting costs nothing where it comes."""


class Ada:
    """A customer with one conversation, by REST or by socket."""

    def __init__(self, url: str, *, channel: str = "web", language: str = "en", visitor: str | None = None) -> None:
        self.url = url
        self.http = httpx.Client(base_url=f"{url}/api/v1", timeout=PATIENCE_SECONDS, trust_env=False)
        self.visitor = visitor or f"visitor-{secrets.token_hex(6)}"
        started = self.http.post(
            "/conversations", json={"channel": channel, "language": language, "visitor_id": self.visitor}
        )
        assert started.status_code == 201, started.text
        self.id: str = started.json()["conversation_id"]
        self.token: str = started.json()["token"]
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def post(self, text: str, *, client_message_id: str | None = None, choice: str | None = None) -> httpx.Response:
        body = {"client_message_id": client_message_id or secrets.token_hex(8), "text": text}
        if choice is not None:
            body["choice"] = choice
        return self.http.post(f"/conversations/{self.id}/messages", json=body)

    def say(self, text: str, **more: Any) -> dict[str, Any]:
        """Send; the receipt."""
        answer = self.post(text, **more)
        assert answer.status_code in (200, 202), answer.text
        receipt: dict[str, Any] = answer.json()
        return receipt

    def thread(self, *, after: int = 0, wait: float = 0) -> dict[str, Any]:
        answer = self.http.get(f"/conversations/{self.id}/messages", params={"after_seq": after, "wait": wait})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def messages(self) -> list[Message]:
        found: list[Message] = self.thread()["messages"]
        return found

    def ours(self, *, after: int = 0) -> list[Message]:
        """What was said to her after `after`."""
        return [m for m in self.messages() if m["seq"] > after and m["author"] != "customer"]

    def hears(self, wanted: Callable[[Message], bool], *, after: int = 0, seconds: float = PATIENCE_SECONDS) -> Message:
        """The first message to her that is `wanted`; fails when none comes in time."""

        deadline, seen = time.monotonic() + seconds, after
        while time.monotonic() < deadline:
            found: list[Message] = self.thread(after=seen, wait=min(2, seconds))["messages"]
            for message in found:
                seen = message["seq"]
                if message["author"] != "customer" and wanted(message):
                    return message
        raise AssertionError(f"nothing like it in {self.messages()}")

    def asks(self, text: str, *, seconds: float = PATIENCE_SECONDS, **more: Any) -> list[Message]:
        """Say `text`; what was answered to it, once something was."""
        receipt = self.say(text, **more)
        self.hears(lambda m: m.get("in_reply_to") == receipt["message_id"], after=receipt["seq"], seconds=seconds)
        return self.ours(after=receipt["seq"])

    def state(self) -> str:
        found: str = self.thread()["state"]
        return found

    def ticket(self) -> dict[str, Any]:
        answer = self.http.get(f"/conversations/{self.id}/ticket")
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def socket(self, *, after_seq: int = 0) -> ClientConnection:
        url = self.url.replace("http://", "ws://")
        return connect(
            f"{url}/api/v1/conversations/{self.id}/ws?after_seq={after_seq}",
            subprotocols=[Subprotocol(f"bearer.{self.token}")],
            proxy=None,
            open_timeout=PATIENCE_SECONDS,
        )


class StaffMember:
    """Somebody with an account, signed in by token."""

    def __init__(self, url: str, email: str, password: str) -> None:
        self.http = httpx.Client(base_url=f"{url}/api/v1", timeout=PATIENCE_SECONDS, trust_env=False)
        answer = self.http.post("/staff/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        self.token: str = answer.json()["token"]
        self.name: str = answer.json()["staff"]["name"]
        self.http.cookies.clear()
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def get(self, path: str, **params: Any) -> Any:
        answer = self.http.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: dict[str, Any] | None = None, *, status: int = 200) -> Any:
        answer = self.http.post(path, json=body or {})
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def tickets(self, **filters: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/desk/tickets", **filters)["items"]
        return found

    def ticket_of(self, ada: Ada) -> dict[str, Any]:
        """The ticket of her conversation in the working list."""
        return next(ticket for ticket in self.tickets(limit=200) if ticket["conversation_id"] == ada.id)


def frame(socket: Connection, wanted: str, *, seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
    """The next frame of type `wanted`; others are passed over."""
    deadline = time.monotonic() + seconds
    while True:
        found: dict[str, Any] = json.loads(socket.recv(timeout=max(0.01, deadline - time.monotonic())))
        if found["type"] == wanted:
            return found


def until(
    look: Callable[[], T | None],
    *,
    seconds: float = PATIENCE_SECONDS,
    what: str | Callable[[], str] = "it did not happen",
) -> T:
    """Look again until something is found; fail, saying what was missing, after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(what() if callable(what) else what)
        time.sleep(0.03)
