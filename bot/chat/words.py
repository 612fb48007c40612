"""What intake says on its own: the certainty that a message has arrived. One catalogue, both languages."""

from bot import wire

_NOTICE = {
    "en": "Received. Your message is being handled.",
    "zh": "已收到您的消息，正在为您处理。",
}


def notice(language: str) -> str:
    """ "Received, being handled", in the customer's language."""
    return _NOTICE.get(language, _NOTICE["en"])


def reply_language(text: str, fallback: str) -> str:
    """The reply language of a message: by its script; `fallback` where it has no letters at all."""
    if not any(char.isalpha() for char in text):
        return fallback
    return wire.script_language(text)
