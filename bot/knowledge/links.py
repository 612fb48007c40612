"""Whether what an article leads to is there: each link is called, and never one of this house's own machines.

An address is looked at at the one moment that counts: when a socket to it is about to be opened. So it does not matter
what a name stood for before, how a number is written, or where an answer sends us on to.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

LINK_SECONDS = 5.0
ALL_SECONDS = 12.0
AT_ONCE = 8
MOST_REDIRECTS = 5
LOOK_UPS_AT_ONCE = 4
PORTS = frozenset({80, 443, 8080, 8443})
"""Elsewhere something other than the web listens, which would have to make sense of our words."""
NETWORKS_OF_THE_WORLD = (ip_network("0.0.0.0/0"), ip_network("2000::/3"))
NOT_OF_THE_WORLD = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
            *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
            "168.63.129.16/32",
            *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        ),
    )
)
"""Private, shared, loopback, link-local with the clouds' metadata (one cloud's has a public address), for papers and
tests, multicast, reserved; and those of IPv6 that stand for one of IPv4. By IANA's special-purpose registries."""
REASONS = {
    "unlooked": "Nobody has looked yet.",
    "off": "Links are not checked here.",
    "no_time": "There was no time left to check it.",
    "address": "This is not a web address.",
    "scheme": "Only http and https are checked.",
    "private": "It leads to an address that is not on the open internet.",
    "port": "It leads to a port that is not the web's.",
    "no_picture": "There is no such picture here.",
    "not_found": "There is nothing at this address.",
    "failed": "It answers with an error ({status}).",
    "not_for_us": "It does not answer to us ({status}); look at it yourself.",
    "too_slow": "It did not answer in time.",
    "unreachable": "Nobody answers there.",
    "no_host": "There is no such site.",
    "certificate": "Its certificate does not hold.",
    "circle": "It sends its visitors round in a circle.",
    "too_many": "It sends its visitors on too often.",
}
UNCHECKED = frozenset({"unlooked", "off", "no_time", "not_for_us"})
REFUSED = frozenset({"address", "scheme", "private", "port"})
"""All other reasons say that it is broken."""
NOT_FOR_US = frozenset({401, 402, 403, 405, 406, 407, 429, 451})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Verdict:
    """`reason` is None where the link leads somewhere, else a key of REASONS; `status` is what was answered."""

    reason: str | None = None
    status: int = 0

    @property
    def state(self) -> str:
        if self.reason is None:
            return "ok"
        return "unchecked" if self.reason in UNCHECKED else "refused" if self.reason in REFUSED else "broken"


class NotAllowed(OSError):
    """The address that a socket was about to be opened to may not be called."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Door:
    """Opens the sockets of one link. `allowed` are networks of the operator's own, on any port."""

    allowed: Sequence[Network] = ()
    refused: list[str] = field(default_factory=list)

    def open(self, info: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
        family, kind, protocol, _, address = info
        reason = why_not(str(address[0]), int(address[1]), self.allowed)
        if reason is not None:
            self.refused.append(reason)
            raise NotAllowed(reason)
        return socket.socket(family=family, type=kind, proto=protocol)


def why_not(address: str, port: int, allowed: Sequence[Network] = ()) -> str | None:
    """Why this address may not be called; None where it may."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "private"
    plain = getattr(found, "ipv4_mapped", None) or found
    if any(plain in network for network in allowed):
        return None
    if not _among(plain, NETWORKS_OF_THE_WORLD) or _among(plain, NOT_OF_THE_WORLD):
        return "private"
    return None if port in PORTS else "port"


async def check(urls: Iterable[str], *, allowed: Sequence[Network] = ()) -> dict[str, Verdict]:
    """What became of each link, each once; within ALL_SECONDS, however many there are."""
    wanted = list(dict.fromkeys(urls))
    found = dict.fromkeys(wanted, Verdict("no_time"))
    seats = asyncio.Semaphore(AT_ONCE)

    async def look(url: str) -> None:
        async with seats:
            found[url] = await _checked(url, resolver, allowed)

    threads = ThreadPoolExecutor(LOOK_UPS_AT_ONCE, thread_name_prefix="names")
    resolver = Names(threads)
    looks = [asyncio.create_task(look(url)) for url in wanted]
    try:
        if looks:
            await asyncio.wait(looks, timeout=ALL_SECONDS)
    finally:
        for task in looks:
            task.cancel()
        threads.shutdown(wait=False, cancel_futures=True)
    return found


class Names(AbstractResolver):
    """Looks names up beside the threads that the database is used on: a slow name server holds nobody else up."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        look_up = lambda: socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)  # noqa: E731
        found = await loop.run_in_executor(self._threads, look_up)
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=int(address[1]),
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        """The threads are their owner's."""


async def _checked(url: str, resolver: Names, allowed: Sequence[Network]) -> Verdict:
    """Follow one link to its end."""
    door = Door(allowed)
    connector = aiohttp.TCPConnector(
        resolver=resolver, socket_factory=door.open, force_close=True, use_dns_cache=False, happy_eyeballs_delay=None
    )
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=LINK_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "Firebreak (looks whether a link leads somewhere)", "Accept": "*/*"},
        auto_decompress=False,
        trust_env=False,
    ) as session:
        try:
            async with asyncio.timeout(LINK_SECONDS):
                return await _followed(session, url)
        except TimeoutError:
            return Verdict("too_slow")
        except aiohttp.ClientConnectorCertificateError:
            return Verdict("certificate")
        except aiohttp.ClientConnectorDNSError:
            return Verdict("no_host")
        except (aiohttp.ClientError, OSError, ssl.SSLError, ValueError):
            return Verdict(door.refused[-1] if door.refused else "unreachable")


async def _followed(session: aiohttp.ClientSession, url: str) -> Verdict:
    seen: set[str] = set()
    for _ in range(MOST_REDIRECTS + 1):
        url = urldefrag(url).url
        wrong = _wrong_with(url)
        if wrong is not None:
            return Verdict(wrong)
        if url in seen:
            return Verdict("circle")
        seen.add(url)
        async with session.get(url, allow_redirects=False) as response:
            status, location = response.status, response.headers.get("Location")
            response.close()
        if status not in REDIRECTS or not location:
            return _verdict(status)
        url = urljoin(url, location)
    return Verdict("too_many")


def _wrong_with(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        named, port = bool(parts.hostname), parts.port
    except ValueError:
        return "address"
    if parts.scheme.lower() not in ("http", "https"):
        return "scheme"
    return "address" if not named or "@" in parts.netloc or port == 0 else None


def _verdict(status: int) -> Verdict:
    if status < 300 or status == 304:
        return Verdict(status=status)
    if status in NOT_FOR_US:
        return Verdict("not_for_us", status)
    return Verdict("not_found" if status in (404, 410) else "failed", status)


def _among(address: Any, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
