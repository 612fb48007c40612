"""Customers who write again as soon as they are acknowledged, in a process of their own that costs little.

`python -m bench.load.sockets ws://… --sockets 128 --seconds 10` reads one `conversation_id token` a line on stdin and
prints one JSON object. Frames are put together once and read without a WebSocket library: the far end is what is
measured, and it has to share two cores with this.
"""

import argparse
import asyncio
import base64
import functools
import os
import resource
import secrets
import struct
import sys
import time
from urllib.parse import urlsplit

import orjson

ACK = b'"type":"ack"'
ERROR = b'"type":"error"'
TEXT = "where is my parcel, it should have come yesterday"


class Customer(asyncio.Protocol):
    """One socket, one message under way. `waits` are seconds from writing to the acknowledgement."""

    def __init__(self, request: bytes, *, opened: "asyncio.Future[None]") -> None:
        self._request = request
        self._opened = opened
        self._received = b""
        self._upgraded = False
        self._sent_at = 0.0
        self.until = 0.0
        self.waits: list[float] = []
        self.refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def write_until(self, until: float) -> None:
        self.until = until
        self._write()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._upgraded and not self._upgrade():
            return
        while (frame := self._frame()) is not None:
            if ACK in frame:
                self.waits.append(time.perf_counter() - self._sent_at)
                self._write()
            elif ERROR in frame:
                self.refused += 1

    def connection_lost(self, error: Exception | None) -> None:
        if not self._opened.done():
            self._opened.set_exception(error or ConnectionError("closed before it was open"))

    def _upgrade(self) -> bool:
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if not found:
            return False
        if b" 101 " not in head.partition(b"\r\n")[0]:
            self._transport.close()
            return False
        self._upgraded, self._received = True, rest
        self._opened.set_result(None)
        return True

    def _frame(self) -> bytes | None:
        """The next frame's payload; servers do not mask."""
        data = self._received
        if len(data) < 2:
            return None
        length, at = data[1] & 0x7F, 2
        if length == 126:
            if len(data) < 4:
                return None
            length, at = struct.unpack_from("!H", data, 2)[0], 4
        if length == 127 or len(data) < at + length:
            return None
        self._received = data[at + length :]
        return data[at : at + length]

    def _write(self) -> None:
        now = time.perf_counter()
        if now >= self.until:
            return
        body = b'{"type":"message","client_message_id":"%b","text":"%b"}' % (
            secrets.token_hex(8).encode(),
            TEXT.encode(),
        )
        self._sent_at = now
        self._transport.write(b"\x81" + struct.pack("!BH", 0x80 | 126, len(body)) + b"\0\0\0\0" + body)


def request(url: str, conversation_id: str, token: str) -> bytes:
    """The upgrade of one socket, masked with zeros from then on."""
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET /api/v1/conversations/{conversation_id}/ws HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\n"
        f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: bearer.{token}\r\n\r\n"
    ).encode()


async def run(url: str, tokens: list[tuple[str, str]], seconds: float) -> dict[str, float]:
    loop, place = asyncio.get_running_loop(), urlsplit(url)
    customers = []
    for conversation_id, token in tokens:
        opened: asyncio.Future[None] = loop.create_future()
        customer = Customer(request(url, conversation_id, token), opened=opened)
        await loop.create_connection(functools.partial(_itself, customer), place.hostname or "", place.port or 80)
        await opened
        customers.append(customer)
    before, began = _cpu(), time.perf_counter()
    for customer in customers:
        customer.write_until(began + seconds)
    await asyncio.sleep(seconds)
    took, cpu = time.perf_counter() - began, _cpu() - before
    waits = sorted(wait for customer in customers for wait in customer.waits)
    return {
        "acks_per_second": len(waits) / took,
        "p50_ms": waits[len(waits) // 2] * 1000,
        "p99_ms": waits[len(waits) * 99 // 100] * 1000,
        "refused": sum(customer.refused for customer in customers),
        "generator_cpu_share": cpu / took,
    }


def _itself(customer: Customer) -> Customer:
    return customer


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(argv: list[str]) -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.load.sockets", description=__doc__)
    asked.add_argument("url")
    asked.add_argument("--seconds", type=float, default=10.0)
    arguments = asked.parse_args(argv)
    tokens = [(line.split()[0], line.split()[1]) for line in sys.stdin if line.strip()]
    sys.stdout.buffer.write(orjson.dumps(asyncio.run(run(arguments.url, tokens, arguments.seconds))) + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
