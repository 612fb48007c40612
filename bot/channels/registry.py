"""Every channel, and the family that it counts under: doors of one family are not independent evidence."""

from dataclasses import dataclass

from bot.core import errors


@dataclass(frozen=True)
class Channel:
    name: str
    family: str


CHANNELS = {channel.name: channel for channel in (Channel("web", "chat"), Channel("app", "chat"))}


def named(name: str) -> Channel:
    """The channel `name`. Raises Invalid, naming those that exist."""
    try:
        return CHANNELS[name]
    except KeyError:
        raise errors.Invalid(
            "Channels are: {known}.", words={"known": ", ".join(CHANNELS)}, fields={"channel": "unknown"}
        ) from None
