"""The script of tests/scripts.py, and a little Chinese."""

from bot import wire
from bot.dialogue.engine import EngineReply, Signal, TurnInput
from tests.scripts import by_first_word


def in_both_languages(turn: TurnInput) -> EngineReply:
    """As `by_first_word`; `门锁…` is answered by an article too, `echo …` by one that says the message itself;
    `defect …` complains."""
    if turn.text.startswith("门锁"):
        return _article("smart-lock-offline.zh", "智能门锁打不开了", "请先检查电池。")
    if turn.text.startswith("echo"):
        return _article("echo.en", turn.text, turn.text)
    if turn.text.startswith("defect"):
        complaint = Signal(wire.COMPLAINT, "complain_product_defect", 0.9, {"topic": "product_defect"})
        return EngineReply(("The quality team sees it.",), (complaint,), "scripted")
    return by_first_word(turn)


def _article(article_id: str, question: str, text: str) -> EngineReply:
    extra = {"article_id": article_id, "question": question, "score": 0.9}
    return EngineReply((text,), (Signal(wire.ANSWERED, "device_offline", 0.9, extra),), "scripted")
