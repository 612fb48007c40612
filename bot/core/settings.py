"""Every setting, typed, with its help. Read from `FIREBREAK_*`, or the file that `FIREBREAK_*_FILE` names."""

import os
import re
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

Network = IPv4Network | IPv6Network
PREFIX = "FIREBREAK_"
PROJECT_ROOT = Path(__file__).resolve().parents[2]
ORIGIN = re.compile(r"https?://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?")
"""As browsers send it: in lower case, no path. It is written into a header, so it holds neither space nor semicolon."""

PASSWORD_IN_URL = re.compile(r"(://[^\s:@/]*:)\S*@")
"""Up to the last @ that could belong to it: one that was not written as %40 is a part of the password."""
PASSWORD_IN_VALUE = re.compile(PASSWORD_IN_URL.pattern.replace(r"\S", "."))
"""The same where nothing but addresses stands."""
PASSWORD_BY_NAME = re.compile(r"(\b(?:password|passwd|pwd)=)[^\s&]+", re.IGNORECASE)
DATABASES = ("postgresql", "postgresql+psycopg", "postgres", "sqlite", "sqlite+pysqlite")
PUSHES = ("redis", "rediss", "unix")


class SettingsError(Exception):
    """A setting has a value that cannot be used. The message names it, its value and what is allowed."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    data_dir: Path = Field(Path("var"), description="Where everything that the product writes lies.")
    database_url: str = Field(
        "", repr=False, description="SQLAlchemy URL; empty means SQLite below the data directory."
    )
    host: str = Field("127.0.0.1", description="Address that the web process listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port of the web process.")

    engine: Literal["rasa", "knowledge", "scripted"] = Field("rasa", description="What answers a turn.")
    rasa_url: str = Field(
        "http://127.0.0.1:5005", description="Where Rasa's REST channel listens; several are separated by commas."
    )
    actions_url: str = Field("http://127.0.0.1:5055", description="Where the action server listens.")
    knowledge_url: str = Field("http://127.0.0.1:5065", description="Where the knowledge service listens.")
    turn_timeout_seconds: float = Field(5.0, gt=0, description="Longest wait for Rasa before the fallback answers.")
    turns_in_flight: int = Field(6, ge=1, le=64, description="Turns that one worker has under way at once.")
    overload_after_seconds: float = Field(5.0, gt=0, description="Age of the oldest turn at which Rasa is skipped.")
    tell_overload_after_seconds: float = Field(30.0, gt=0, description="Age at which a customer is told of a wait.")
    second_notice_after_seconds: float = Field(
        5.0, gt=0, description="Wait for an answer after which the certainty sentence is spoken."
    )
    episode_idle_minutes: int = Field(120, ge=1, description="Silence after which the next message begins an episode.")
    worker_in_process: bool = Field(True, description="Run the turn worker and the timers inside the web process.")

    worker_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port on which a worker of its own tells operators how it is; 0: one that `up` chooses.",
    )

    live_url: str = Field(
        "",
        repr=False,
        validate_default=True,
        description="redis:// URL for live push between processes; empty: within one process.",
    )

    messages_per_10_seconds: int = Field(10, ge=1, description="Messages in 10 s that one conversation may send.")
    messages_per_minute: int = Field(60, ge=1, description="Messages a minute that one conversation may send.")
    conversations_per_hour: int = Field(30, ge=1, description="New conversations an hour for one visitor_id.")
    requests_per_minute: int = Field(600, ge=1, description="Requests a minute from one address.")
    sockets_per_address: int = Field(500, ge=1, description="Sockets that one address may hold open at a process.")
    sockets_per_person: int = Field(
        20, ge=1, description="Sockets that one conversation, or one member of staff, may hold open at a process."
    )
    sign_ins_per_5_minutes: int = Field(5, ge=1, description="Failed sign-ins in 5 minutes for one account or address.")
    limits_wait_seconds: float = Field(
        0.01, gt=0, description="Longest wait for the count that processes share; then a process's own count decides."
    )
    trusted_proxies: str = Field(
        "", description="Comma list of addresses and networks whose X-Forwarded-For is believed."
    )

    token_days: int = Field(30, ge=1, description="How long a conversation token is valid.")
    session_hours: int = Field(12, ge=1, description="How long a staff session is valid without use.")
    session_longest_hours: int = Field(24, ge=1, description="How long a staff session is valid with use.")
    identity_secret: str = Field(
        "", repr=False, description="HMAC key of the host's identity tokens; empty: none are accepted."
    )
    identity_audience: str = Field("firebreak", description="The `aud` that identity tokens must carry.")
    identity_required: bool = Field(False, description="Refuse conversations without an identity token.")
    allowed_origins: str = Field(
        "", description="Comma list of further origins whose pages may open our sockets and frame the chat."
    )
    secure_cookies: bool = Field(
        False, description="Served over HTTPS: cookies are Secure, browsers are told HSTS, sockets are for HTTPS pages."
    )

    link_checks: bool = Field(True, description="Call the links of articles to see whether they lead somewhere.")
    link_check_days: int = Field(
        7,
        ge=0,
        le=365,
        description="After how many days the links of published articles are looked at again; 0: only when asked.",
    )
    link_check_networks: str = Field(
        "", description="Comma list of our own addresses and networks that links are checked in, on any port."
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    policy_dir: Path | None = Field(None, description="Folder of policy files; empty means the shipped ones.")

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, url: str) -> str:
        return _check_url(url, DATABASES)

    @field_validator("live_url")
    @classmethod
    def _is_a_push_server(cls, url: str) -> str:
        return _check_url(url, PUSHES)

    @field_validator("live_url")
    @classmethod
    def _reaches_the_worker(cls, url: str, given: ValidationInfo) -> str:
        if not url and not given.data.get("worker_in_process", True):
            raise PydanticCustomError(
                "live_url",
                f"with {PREFIX}WORKER_IN_PROCESS=false it must be set: answers reach customers and agents by it",
            )
        return url

    @field_validator("rasa_url")
    @classmethod
    def _are_addresses(cls, text: str) -> str:
        urls = _addresses(text)
        if not urls or len(set(urls)) < len(urls) or not all(_is_address(url) for url in urls):
            raise PydanticCustomError("addresses", "one or more different http://host:port, separated by commas")
        return ",".join(urls)

    @field_validator("trusted_proxies", "link_check_networks")
    @classmethod
    def _are_networks(cls, text: str) -> str:
        for part in sorted(_comma_set(text)):
            try:
                ip_network(part, strict=False)
            except ValueError as error:
                shape = "each is an address (10.0.0.7) or a network (10.0.0.0/24)"
                raise PydanticCustomError("network", f"{part!r} cannot be used: {shape}") from error
        return text

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, text: str) -> str:
        wrong = ", ".join(repr(part) for part in sorted(_comma_set(text)) if not _is_origin(part))
        if wrong:
            shape = "each is http:// or https://, a host and perhaps :port, in lower case and without a path"
            raise PydanticCustomError("origin", "{wrong} cannot be used: {shape}", {"wrong": wrong, "shape": shape})
        return text

    @cached_property
    def resolved_database_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'firebreak.db').resolve()}"

    @property
    def rasa_urls(self) -> tuple[str, ...]:
        return tuple(self.rasa_url.split(","))

    @cached_property
    def proxies(self) -> tuple[Network, ...]:
        return _networks(self.trusted_proxies)

    @cached_property
    def link_networks(self) -> tuple[Network, ...]:
        return _networks(self.link_check_networks)

    @cached_property
    def origins(self) -> frozenset[str]:
        return _comma_set(self.allowed_origins)


def load(**overrides: Any) -> Settings:
    """The settings of this process. Raises SettingsError that names every bad value."""
    try:
        return Settings(**{**_from_files(), **overrides})
    except ValidationError as error:
        raise SettingsError(_in_words(error)) from None  # its own text shows the values, secrets too


def masked(text: str) -> str:
    """`text` without the passwords of the URLs in it, for whatever people or logs are shown."""
    return PASSWORD_BY_NAME.sub(r"\1***", PASSWORD_IN_URL.sub(r"\1***@", text))


def _check_url(url: str, schemes: tuple[str, ...]) -> str:
    """`url` itself, if it is empty or one that its users will read as it was meant.

    Whatever else would fail later, in a sentence that holds a part of the password.
    """
    try:
        parts = urlsplit(url)
        fits = parts.scheme in schemes and parts.port != 0 and (not parts.netloc or url.count("@") <= 1)
    except ValueError:
        fits = False
    if url and not fits:
        begins = ", ".join(f"{scheme}://" for scheme in schemes)
        shape = "an address that begins with {begins}; in its password %40 stands for @, %2F for /, %3A for :"
        raise PydanticCustomError("address", shape, {"begins": begins})
    return url


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ip_network(part, strict=False) for part in sorted(_comma_set(text)))


def _comma_set(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _addresses(text: str) -> list[str]:
    return [part.strip().rstrip("/") for part in text.split(",") if part.strip()]


def _is_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_origin(text: str) -> bool:
    match = ORIGIN.fullmatch(text)
    return match is not None and int(match["port"] or 0) <= 65535


def _from_files() -> dict[str, str]:
    """Values of `FIREBREAK_NAME_FILE` for every setting `NAME` that is not set itself."""
    found = {}
    for name in Settings.model_fields:
        variable = f"{PREFIX}{name.upper()}"
        path = os.environ.get(f"{variable}_FILE")
        if path and variable not in os.environ:
            try:
                found[name] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{variable}_FILE={path}: cannot be read ({error.strerror}).") from error
            except UnicodeDecodeError:
                raise SettingsError(f"{variable}_FILE={path}: is not text in UTF-8.") from None
    return found


def _in_words(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        name = str(problem["loc"][0])
        shown = _shown(name, problem["input"])
        lines.append(f"{PREFIX}{name.upper()}={shown}: {problem['msg']}. {Settings.model_fields[name].description}")
    return "\n".join(lines)


def _shown(name: str, value: object) -> str:
    """Of a setting that may hold a secret, at most the scheme of its address."""
    if not value or Settings.model_fields[name].repr:
        return PASSWORD_IN_VALUE.sub(r"\1***@", repr(value))
    scheme, is_url, _ = str(value).partition("://")
    return f"'{scheme}://***'" if is_url and scheme.replace("+", "").isalnum() else "'***'"
