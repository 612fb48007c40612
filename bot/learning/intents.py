"""The intents that there are, as the Rasa project's domain names them, and what a ticket's facts say of them."""

import functools

import yaml

from bot.core import errors
from bot.core.settings import PROJECT_ROOT
from bot.policy.shapes import RequestType

DOMAIN = PROJECT_ROOT / "domain.yml"
COMPLAINT_PREFIX = "complain_"
_OF_TYPE = {RequestType.SUGGESTION: "suggestion", RequestType.PRAISE: "praise"}


@functools.cache
def known() -> tuple[str, ...]:
    """In the order of the domain."""
    entries = yaml.safe_load(DOMAIN.read_text(encoding="utf-8"))["intents"]
    return tuple(next(iter(entry)) if isinstance(entry, dict) else str(entry) for entry in entries)


def check(intent: str) -> str:
    """`intent`, if there is such a one. Raises Invalid."""
    if intent not in known():
        raise errors.Invalid("There is no such intent.", fields={"intent": "unknown"})
    return intent


def implied(*, request_type: str, topic: str | None) -> str | None:
    """The intent that a corrected type and topic leave no doubt about, if any."""
    if request_type == RequestType.COMPLAINT and topic and f"{COMPLAINT_PREFIX}{topic}" in known():
        return f"{COMPLAINT_PREFIX}{topic}"
    return _OF_TYPE.get(RequestType(request_type))


def topic_of(intent: str | None) -> str | None:
    """The topic that an intent complains of."""
    if intent is None or not intent.startswith(COMPLAINT_PREFIX):
        return None
    return intent.removeprefix(COMPLAINT_PREFIX)
