"""A way between two parts that can be slowed down or cut off: a small TCP proxy, one a link."""

import asyncio
import contextlib
import enum
from dataclasses import dataclass, field

from bot.up import ports

CHUNK_BYTES = 65_536
DELAY_SECONDS = 0.4
DRIP_BYTES, DRIP_SECONDS = 256, 0.05


class Mode(enum.Enum):
    """`slow`: each chunk comes late. `drip`: a few bytes at a time. `refuse`: connections are closed and refused.
    `swallow`: they stay open and nothing passes."""

    WHOLE = "whole"
    SLOW = "slow"
    DRIP = "drip"
    REFUSE = "refuse"
    SWALLOW = "swallow"


@dataclass
class Link:
    """Listens on `port` of loopback and passes bytes on to `target`: a port there, or the path of a socket."""

    port: int
    target: int | str
    mode: Mode = Mode.WHOLE
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None
    _passing: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> None:
        self._passing.set()
        await self._listen()

    async def close(self) -> None:
        await self._refuse()

    async def turn(self, mode: Mode) -> None:
        """Behave so from now on, also on connections that are open."""
        self.mode = mode
        if mode is Mode.SWALLOW:
            self._passing.clear()
        else:
            self._passing.set()
        if mode is Mode.REFUSE:
            await self._refuse()
        elif self._server is None:
            await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _refuse(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for writer in [*self._writers]:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection; a target that is away ends it, as the target itself would."""
        self._writers.add(writer)
        far_writer: asyncio.StreamWriter | None = None
        try:
            far_reader, far_writer = await self._reach()
            self._writers.add(far_writer)
            await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        except OSError:
            writer.transport.abort()
        finally:
            for one in (writer, far_writer):
                if one is not None:
                    self._writers.discard(one)
                    one.close()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, str):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection("127.0.0.1", self.target)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(CHUNK_BYTES):
            await self._passing.wait()
            if self.mode is Mode.SLOW:
                await asyncio.sleep(DELAY_SECONDS)
            for piece in self._pieces(chunk):
                writer.write(piece)
                await writer.drain()
                if self.mode is Mode.DRIP:
                    await asyncio.sleep(DRIP_SECONDS)
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()

    def _pieces(self, chunk: bytes) -> list[bytes]:
        if self.mode is not Mode.DRIP:
            return [chunk]
        return [chunk[start : start + DRIP_BYTES] for start in range(0, len(chunk), DRIP_BYTES)]


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody holds now, each another one."""
    found: list[int] = []
    while len(found) < count:
        found.append(ports.free_port("127.0.0.1", but=found))
    return found
