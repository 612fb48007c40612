"""The load: customers who write one message after the other until each is acknowledged, as our page does, and an
agent who takes tickets. All that they learn is in the journal before their next step."""

import asyncio
import contextlib
import itertools
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bench.faults.journal import Acked, Journal, Refused, Replied, Seen, Sent, Told, now, text_hash

ACK_SECONDS = 3.0
CALL_SECONDS = 8.0
AGAIN_SECONDS = 0.3
THINKING_SECONDS = (0.6, 2.0)
MESSAGES = (10, 25)
HEARTBEAT_SECONDS = 4.0
AWAY = (aiohttp.ClientError, TimeoutError, OSError, json.JSONDecodeError, RuntimeError)
_numbers = itertools.count()


@dataclass
class Thread:
    """One conversation as its customer has it. `seen`: by number, also what this side wrote itself."""

    http: aiohttp.ClientSession
    url: str
    journal: Journal
    conversation_id: str
    token: str
    seen: set[int] = field(default_factory=set)
    line: int = 0
    _acks: dict[str, "asyncio.Future[bool]"] = field(default_factory=dict)
    _socket: aiohttp.ClientWebSocketResponse | None = None

    async def say(self, text: str) -> None:
        """Send until it is acknowledged."""
        client_id = f"f{next(_numbers)}"
        body = {"client_message_id": client_id, "text": text}
        self.journal.add(Sent(self.conversation_id, client_id, text_hash(text), now()))
        while True:
            if await self._by_socket(client_id, body) or await self._by_call(client_id, body):
                return
            await asyncio.sleep(AGAIN_SECONDS)

    async def listen(self) -> None:
        """Hold a socket and open it again when it breaks, until cancelled."""
        while True:
            with contextlib.suppress(*AWAY):
                await self._one_line()
            await asyncio.sleep(AGAIN_SECONDS)

    async def sees(self, seq: int, *, seconds: float) -> None:
        """Until everything up to `seq` was seen, or time is up."""
        deadline = now() + seconds
        while self._last_in_order() < seq and now() < deadline:  # noqa: ASYNC110 - what it waits for is a set's size
            await asyncio.sleep(0.05)

    def _last_in_order(self) -> int:
        return next(number for number in itertools.count() if number + 1 not in self.seen)

    async def _one_line(self) -> None:
        address = f"{self._base()}/ws?after_seq={self._last_in_order()}"
        async with asyncio.timeout(CALL_SECONDS):
            socket = await self.http.ws_connect(
                address, protocols=(f"bearer.{self.token}",), max_msg_size=0, heartbeat=HEARTBEAT_SECONDS
            )
        self.line += 1
        self._socket = socket
        try:
            async for raw in socket:
                if raw.type is aiohttp.WSMsgType.TEXT:
                    self._take(json.loads(raw.data))
        finally:
            self._socket = None
            self._settle_all(acked=False)
            with contextlib.suppress(*AWAY):
                await asyncio.wait_for(socket.close(), 1)

    def _take(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "ack":
                self._acked(frame)
                self._settle(frame["client_message_id"], acked=True)
            case "message":
                self._saw(frame["message"])
            case "state" if frame["ticket"]:
                self.journal.add(Told(self.conversation_id, frame["ticket"]["number"], now()))
            case "error":
                self._refused(frame.get("client_message_id", ""), frame["error"]["code"])
                self._settle_all(acked=False)

    def _acked(self, ack: dict[str, Any]) -> None:
        self.seen.add(ack["seq"])
        entry = Acked(self.conversation_id, ack["client_message_id"], ack["message_id"], ack["seq"], now())
        self.journal.add(entry)

    def _saw(self, message: dict[str, Any]) -> None:
        self.seen.add(message["seq"])
        words, reply = text_hash(message["text"]), message.get("in_reply_to")
        place = (self.conversation_id, self.line, message["seq"], message["message_id"])
        self.journal.add(Seen(*place, message["author"], words, reply, now()))

    def _refused(self, client_id: str, code: str) -> None:
        self.journal.add(Refused(self.conversation_id, client_id, code, now()))

    async def _by_socket(self, client_id: str, body: dict[str, str]) -> bool:
        socket = self._socket
        if socket is None:
            return False
        self._acks[client_id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ACK_SECONDS):
                await socket.send_str(json.dumps({"type": "message", **body}))
                return await self._acks[client_id]
        except AWAY:
            return False
        finally:
            self._acks.pop(client_id, None)

    async def _by_call(self, client_id: str, body: dict[str, str]) -> bool:
        try:
            async with asyncio.timeout(CALL_SECONDS):
                async with self.http.post(f"{self._base()}/messages", json=body, headers=self._headers()) as response:
                    answer = await response.json()
        except AWAY:
            return False
        if response.status not in (200, 202):
            self._refused(client_id, answer["error"]["code"])
            return False
        self._acked(answer)
        return True

    def _settle(self, client_id: str, *, acked: bool) -> None:
        waiting = self._acks.get(client_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(acked)

    def _settle_all(self, *, acked: bool) -> None:
        for client_id in [*self._acks]:
            self._settle(client_id, acked=acked)

    def _base(self) -> str:
        return f"{self.url}/api/v1/conversations/{self.conversation_id}"

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Customer:
    """Somebody who keeps coming back: a new conversation after a handful of messages."""

    http: aiohttp.ClientSession
    url: str
    journal: Journal
    dice: random.Random
    text: Callable[[], str]
    threads: list[Thread] = field(default_factory=list)

    async def live(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            thread = await self._begin()
            self.threads.append(thread)
            listening = asyncio.create_task(thread.listen())
            for _ in range(self.dice.randint(*MESSAGES)):
                if stop.is_set():
                    break
                await thread.say(self.text())
                await asyncio.sleep(self.dice.uniform(*THINKING_SECONDS))
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _begin(self) -> Thread:
        body = {"channel": "web", "visitor_id": f"fault-{id(self.journal)}-{next(_numbers)}"}
        while True:
            with contextlib.suppress(*AWAY):
                async with asyncio.timeout(CALL_SECONDS):
                    async with self.http.post(f"{self.url}/api/v1/conversations", json=body) as response:
                        started = await response.json()
                        if response.status == 201:
                            place = (started["conversation_id"], started["token"])
                            return Thread(self.http, self.url, self.journal, *place)
            await asyncio.sleep(AGAIN_SECONDS)


@dataclass
class Agent:
    """Takes the first ticket that nobody has, answers, then solves it, gives the bot the word, or keeps it."""

    http: aiohttp.ClientSession
    url: str
    journal: Journal
    dice: random.Random
    token: str

    async def live(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with contextlib.suppress(*AWAY):
                await self._one_ticket()
            await asyncio.sleep(self.dice.uniform(0.5, 2))

    async def _one_ticket(self) -> None:
        status, page = await self._call("GET", "?status=new&limit=20")
        if status != 200 or not page["items"]:
            return
        number = self.dice.choice(page["items"])["number"]
        status, _ = await self._call("POST", f"/{number}/claim", {})
        if status != 200 or not await self._answer(number):
            return
        match self.dice.randrange(3):
            case 0:
                await self._call("POST", f"/{number}/resolve", {"summary": "It is solved."})
            case 1:
                await self._call("POST", f"/{number}/return-to-bot", {})

    async def _answer(self, number: int) -> bool:
        """Reply under one id until it is acknowledged, each time to what the customer wrote last."""
        text, client_id = f"I am on it, request {number}.", f"a{next(_numbers)}"
        for _ in range(8):
            status, card = await self._call("GET", f"/{number}")
            if status == 200:
                last = max(message["seq"] for message in card["messages"])
                body = {"text": text, "based_on_seq": last, "client_message_id": client_id}
                status, said = await self._call("POST", f"/{number}/reply", body)
                if status == 200:
                    self.journal.add(Replied(number, said["message"]["message_id"], text_hash(text), now()))
                    return True
            await asyncio.sleep(AGAIN_SECONDS)
        return False

    async def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """The status and the answer; 0 where nothing answered."""
        url, headers = f"{self.url}/api/v1/desk/tickets{path}", {"Authorization": f"Bearer {self.token}"}
        try:
            async with asyncio.timeout(CALL_SECONDS):
                async with self.http.request(method, url, json=body, headers=headers) as response:
                    return response.status, await response.json()
        except AWAY:
            return 0, None


def texts(dice: random.Random, answerable: list[str], others: dict[str, Iterator[str]]) -> Callable[[], str]:
    """What customers write: mostly what an article answers, else what none does, small talk, anger, a wish."""
    small = ["hello", "thanks a lot", "你好", "谢谢", "who are you?"]
    grave = [
        "I am furious, this is the third time and nobody helps!!!",
        "你们太过分了，我已经等了三个星期了！！！",
        "I want to talk to a person",
        "转人工",
        "my parcel is late again",
        "快递又迟到了",
    ]

    def text() -> str:
        drawn = dice.random()
        if drawn < 0.6:
            return dice.choice(answerable)
        if drawn < 0.75:
            return next(others[dice.choice([*others])])
        return dice.choice(small if drawn < 0.9 else grave)

    return text
