"""What an engine may make of a message that only names a thing ("my camera", 电池): talk, and nothing else. And of one
that says that it is no complaint: anything but one.

Intents are learnt from whole sentences, and a word that stands in all the sentences of one intent is taken for it with
great confidence: "the app" for an outage, "account" for a blocked one. A name complains of nothing.
"""

from dataclasses import replace

from bot import wire
from bot.dialogue.decide import ONLY_NAMED
from bot.dialogue.engine import EngineReply, Signal, TurnInput

SURE = 0.8
"""Small talk, or a wish for a person, below this confidence is a name that no intent knows."""
TOO_MUCH = (wire.COMPLAINT, wire.SUGGESTION)


def is_offered(turn: TurnInput, reply: EngineReply, *, told_more: bool) -> bool:
    """Whether what the search finds is to be said in place of `reply`.

    `told_more`: the message goes on from a complaint or from details; then a name is one more detail.
    """
    main = reply.signals[0]
    if turn.no_complaint and main.name == wire.COMPLAINT:
        return True
    if not turn.names:
        return False
    match main.name:
        case wire.SAID if main.intent == "give_details":
            return not told_more
        case wire.SAID:
            return main.confidence < SURE
        case wire.HANDOFF:
            return not turn.asks_human and main.confidence < SURE
        case wire.ANSWERED:
            return turn.names == 1
        case name:
            return name in (*TOO_MUCH, wire.UNANSWERED)


def offered_for(reply: EngineReply, found: EngineReply | None) -> EngineReply:
    """What the search `found`, in place of `reply`; where it failed, nothing of `reply` but an answer is left."""
    if found is not None:
        return replace(found, engine=reply.engine)
    if reply.signals[0].name in (wire.ANSWERED, wire.UNANSWERED):
        return reply
    return EngineReply((), (Signal(wire.UNANSWERED, extra={"reason": ONLY_NAMED}),), reply.engine)
