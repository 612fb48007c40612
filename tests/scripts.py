"""A script for the scripted engine: the first word of a message says what it is."""

from bot import wire
from bot.dialogue.engine import EngineFailed, EngineReply, Signal, TurnInput


def by_first_word(turn: TurnInput) -> EngineReply:
    """`lock …` is answered by an article, `late …` complains, `person` asks for one, `where` for the ticket,
    `yes` agrees, `broken` fails the engine, `wish …` suggests, `hello …` is small talk; nothing else is answered."""
    match turn.text.split()[0].lower():
        case "lock":
            extra = {"article_id": "smart-lock-offline.en", "question": "My smart lock is offline", "score": 0.9}
            return _reply(Signal(wire.ANSWERED, "device_offline", 0.9, extra), "Check the batteries first.")
        case "late":
            signal = Signal(wire.COMPLAINT, "complain_delivery_late", 0.9, {"topic": "delivery_late"})
            return _reply(signal, "I will look for your parcel.")
        case "person":
            return _reply(Signal(wire.HANDOFF, "human_please", 0.95))
        case "where":
            return _reply(Signal(wire.TICKET_STATUS, "ticket_status", 0.9), "There is no open request.")
        case "yes":
            return _reply(Signal(wire.SAID, "affirm", 0.9), "Good.")
        case "wish":
            return _reply(Signal(wire.SUGGESTION, "suggestion", 0.9), "I have noted it.")
        case "useless":
            return _reply(Signal(wire.NOT_HELPFUL, "not_helpful", 0.9))
        case "broken":
            raise EngineFailed("broken on purpose")
        case "hello":
            return _reply(Signal(wire.SAID, "greet", 0.9), "Hello, I am a bot.")
    return _reply(Signal(wire.UNANSWERED, "nlu_fallback", 0.3))


def _reply(signal: Signal, *texts: str) -> EngineReply:
    return EngineReply(texts, (signal,), "scripted")
