"""A WebSocket by hand, for what no library would send or leave unread."""

import base64
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

TEXT, PING = 0x1, 0x9
Wire = socket.socket
SMALL_BUFFER = 4_096


@contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    """A TCP connection to a site that buffers little on this end."""
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        wire.settimeout(60)
        wire.connect((host, int(port)))
        yield wire


def upgrade(path: str, token: str, *, headers: str = "") -> bytes:
    """The head that asks for a socket."""
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
        f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        f"Sec-WebSocket-Protocol: bearer.{token}\r\n{headers}\r\n"
    ).encode()


@contextmanager
def opened(url: str, path: str, token: str) -> Iterator[socket.socket]:
    """An open socket; nothing after the head has been read."""
    with connected(url) as wire:
        wire.sendall(upgrade(path, token))
        assert head(wire).startswith(b"HTTP/1.1 101")
        yield wire


def head(wire: socket.socket) -> bytes:
    found = b""
    while not found.endswith(b"\r\n\r\n"):
        found += wire.recv(1) or b"\r\n\r\n"
    return found


def frame(content: bytes, kind: int = TEXT) -> bytes:
    """One masked frame; the mask is zeros."""
    size = len(content)
    length = bytes([0x80 | size]) if size < 126 else struct.pack("!BH", 0x80 | 126, size)
    if size > 65_535:
        length = struct.pack("!BQ", 0x80 | 127, size)
    return bytes([0x80 | kind]) + length + bytes(4) + content


def rest(wire: socket.socket) -> bytes:
    """Everything up to the end, however it ends."""
    found = b""
    try:
        while more := wire.recv(65_536):
            found += more
    except ConnectionError:
        pass
    return found
