"""What anybody expects of a conversation, in both languages: being corrected, thanked, told that it did not help."""

import pytest

from bot import wire
from tests.journeys.conftest import searched
from tests.people import Ada, StaffMember

pytestmark = pytest.mark.stack
VAGUE = {
    "en": ("doorbell", "lock", "order", "camera", "my battery", "something about the hub"),
    "zh": ("摄像头", "电池", "网关的事", "退货", "门锁", "发票和订单"),
}


@pytest.mark.parametrize(
    ("first", "wrong", "correction", "meant"),
    [
        ("my smart lock is offline", "smart-lock-offline.en", "No, I meant my camera is offline", "camera-offline.en"),
        ("智能门锁离线了", "smart-lock-offline.zh", "不是，我是说摄像头离线了", "camera-offline.zh"),
    ],
)
def test_what_was_meant_instead_is_answered(ada: Ada, first: str, wrong: str, correction: str, meant: str) -> None:
    assert ada.asks(first)[0]["article_id"] == wrong
    assert ada.asks(correction)[0]["article_id"] == meant
    assert ada.state() == "bot"


@pytest.mark.parametrize(
    ("question", "words", "again"),
    [
        ("my smart lock is offline", "that did not help", "no, that is not what I meant at all"),
        ("智能门锁离线了", "没用，还是没解决", "不对，我不是这个意思"),
    ],
)
def test_an_answer_that_did_not_help_offers_a_person_and_the_next_calls_one(
    ada: Ada, question: str, words: str, again: str
) -> None:
    assert ada.asks(question)[0]["article_id"]
    offer = ada.asks(words)[-1]
    assert [choice["payload"] for choice in offer["choices"]] == [wire.HUMAN_CHOICE]
    assert wire.script_language(offer["text"]) == wire.script_language(words)
    ada.asks("quantum flux capacitor" if wire.script_language(words) == "en" else "你们卖飞船吗")
    assert ada.state() == "queue"
    other = Ada(ada.url)
    other.asks(question)
    offer = other.asks(again)[-1]
    assert [choice["payload"] for choice in offer["choices"]] == [wire.HUMAN_CHOICE]


@pytest.mark.parametrize(
    ("question", "thanks", "kindly"),
    [
        ("my smart lock is offline", "great, thank you", "welcome"),
        ("智能门锁离线了", "好的，谢谢您", "不客气"),
    ],
)
def test_thanks_after_an_answer_are_kindly_taken(ada: Ada, question: str, thanks: str, kindly: str) -> None:
    ada.asks(question)
    (closing,) = ada.asks(thanks)
    assert kindly in closing["text"]
    assert "choices" not in closing
    (more,) = ada.asks(thanks)
    assert more["text"] != closing["text"]
    assert ada.state() == "bot"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("are you a robot?", "a bot, not a person"),
        ("你是机器人吗", "我是机器人"),
        ("goodbye", "Goodbye"),
        ("再见", "再见"),
        ("tell me a joke", "bot"),
        ("讲个笑话吧", "机器人"),
    ],
)
def test_small_talk_is_answered_in_kind_and_never_as_somebody_else(ada: Ada, words: str, said: str) -> None:
    (first,) = ada.asks(words)
    assert said in first["text"]
    assert "article_id" not in first
    (second,) = ada.asks(words)
    assert second["text"] != first["text"]
    assert wire.script_language(second["text"]) == wire.script_language(words)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_choice_that_is_tapped_is_answered_with_its_article(ada: Ada, cleo: StaffMember, language: str) -> None:
    decisions = {q: searched(cleo, q, language)["decision"] for q in VAGUE[language]}
    for vague in (q for q, decision in decisions.items() if decision == "choices"):
        offered = ada.asks(vague)[-1]
        if offered["kind"] == "choices" and len(offered["choices"]) > 1:
            break
    else:
        raise AssertionError(decisions)
    *articles, human = offered["choices"]
    assert human["payload"] == wire.HUMAN_CHOICE
    (answer,) = ada.asks(articles[0]["title"], choice=articles[0]["payload"])
    assert articles[0]["payload"] == wire.ARTICLE_CHOICE + answer["article_id"]


@pytest.mark.parametrize(
    ("question", "again"),
    [
        ("my smart lock is offline", "my smart lock is still offline"),
        ("智能门锁离线了", "我的智能门锁离线了"),
    ],
)
def test_the_same_answer_is_not_given_twice_in_a_row(ada: Ada, question: str, again: str) -> None:
    first = ada.asks(question)[0]
    offer = ada.asks(again)[-1]
    assert offer["text"] != first["text"]
    assert offer["choices"][-1]["payload"] == wire.HUMAN_CHOICE


@pytest.mark.parametrize(
    "words",
    [
        "No, I meant a human",
        "I don't want to talk to a bot, give me a person",
        "不是，我是说转人工",
        "我不要机器人，要人工客服",
    ],
)
def test_nobody_is_talked_out_of_a_person(ada: Ada, words: str) -> None:
    ada.asks("my smart lock is offline" if wire.script_language(words) == "en" else "智能门锁离线了")
    ada.asks(words)
    assert ada.state() == "queue"


def test_what_an_agent_corrects_reaches_the_designer(ada: Ada, ben: StaffMember, cleo: StaffMember) -> None:
    ada.asks("智能门锁离线了，电话 13800138000")
    ada.asks("转人工")
    number = ada.ticket()["number"]
    ben.post(f"/desk/tickets/{number}/correct", {"intent": "pairing_help", "seq": 1})
    rows = cleo.get("/learning/corrections")["items"]
    (row,) = [row for row in rows if row["ticket"] == number]
    assert (row["said"], row["proposed"]) == ("智能门锁离线了，电话 [phone]", "pairing_help")
    assert row["understood"] == "device_offline"
    given = {"version": row["version"], "intent": "pairing_help", "example": "智能门锁配对不上"}
    assert cleo.post(f"/learning/corrections/{row['id']}/accept", given)["state"] == "accepted"
