"""Reads what comes back over the wire; refuses what does not fit, so that a typo in an action is seen at once."""

from typing import Any

from bot import wire
from bot.dialogue.engine import EngineFailed, Signal


def read(custom: dict[str, Any]) -> Signal:
    """A signal from a reply's `custom`. Raises EngineFailed for an unknown name or shape."""
    name = custom.get("signal")
    if name not in wire.SIGNALS:
        raise EngineFailed("an action sent a signal of unknown name")
    extra = {key: value for key, value in custom.items() if key not in ("signal", "intent", "confidence")}
    try:
        return Signal(str(name), str(custom.get("intent") or ""), float(custom.get("confidence") or 0.0), extra)
    except (TypeError, ValueError) as error:
        raise EngineFailed("an action sent a signal of unknown shape") from error


def first(signals: tuple[Signal, ...], *names: str) -> Signal | None:
    """The first signal of one of `names`."""
    return next((signal for signal in signals if signal.name in names), None)
