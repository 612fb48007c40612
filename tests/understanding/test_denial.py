"""What a message denies is taken out of what engines are asked; what merely holds a "not" stays as it is."""

import pytest

from bot.understanding import facts

REST = {
    "I do NOT want to cancel, I only want to change the address": "I only want to change the address",
    "Please don't cancel anything, I just want it faster": "I just want it faster",
    "don't refund me just send it again": "just send it again",
    "I'm not asking for my money back, just send the missing screws": "just send the missing screws",
    "no refund needed, a replacement is fine": "a replacement is fine",
    "Not a refund, an exchange please": "an exchange please",
    "I'd rather not return it. Can you repair it?": "Can you repair it?",
    "Instead of a refund I would like a voucher": "I would like a voucher",
    "I don't want to talk to a human, tell me the opening hours": "tell me the opening hours",
    "There is no need to get an agent, how do I pair it?": "how do I pair it?",
    "My camera is not offline, it is only slow": "My camera, it is only slow",
    "the lock isn't broken, I can't find the manual": "the lock, I can't find the manual",
    "nobody charged me twice, I need the invoice": "I need the invoice",
    "my account has not been blocked, I forgot the password": "my account, I forgot the password",
    "I'm not angry, where is my parcel?": "where is my parcel?",
    "This is not a complaint, when do you open?": "when do you open?",
    "The courier was not rude at all": "",
    "please do not cancel it": "",
    "我不是要退货，我想问怎么安装": "我想问怎么安装",
    "不用退款了，给我补发就行": "给我补发就行",
    "别取消订单，我只是想改地址": "订单，我只是想改地址",
    "不需要人工，几点关门？": "几点关门？",
    "不要轉人工，幾點關門？": "几点关门？",
    "摄像头没有离线，就是画面有点慢": "摄像头，就是画面有点慢",
    "我的账号没被封，只是忘了密码": "我的账号，只是忘了密码",
    "没有重复扣费，怎么开发票？": "怎么开发票？",
    "我没生气，快递到哪了？": "快递到哪了？",
    "不是投诉，问一下几点送": "问一下几点送",
    "那我不退了": "",
    "我不会起诉你们的": "",
}
KEPT = [
    "My parcel has not arrived",
    "the lock does not open any more",
    "you still have not refunded me",
    "I never got my money back",
    "why have you not cancelled my order",
    "don't you refund the postage?",
    "can I not return it without the box?",
    "I want a human, not a bot",
    "I don't want to wait any longer, get me an agent",
    "I don't want a refund in two weeks, I want it today",
    "it's not only late, it is broken as well",
    "If it is not damaged I can send it back",
    "they would not cancel my plan",
    "isn't my account blocked?",
    "it is not broken, right?",
    "no refund after three weeks",
    "no human answers here",
    "I can't cancel my subscription",
    "there is no smoke alarm in the hall",
    "包裹一直没到",
    "你们为什么不给我退款",
    "客服不给退货",
    "你们不想退款就直说",
    "是不是要退货才能退款",
    "用不用转人工啊",
    "不要机器人，转人工",
    "我不想等了，给我退款",
    "快递没有延误吧",
    "有没有离线",
    "是不是坏了",
    "不仅坏了，还少了零件",
    "如果没坏可以退吗",
    "不少东西都坏了",
    "没有人工客服吗",
    "不想退货的话可以换吗",
    "不用退货吧？",
]


@pytest.mark.parametrize("text", REST)
def test_what_is_denied_is_not_asked_about(text: str) -> None:
    denial = facts.read(text).denial
    assert denial.rest == REST[text]
    assert denial.is_all == (not REST[text])


@pytest.mark.parametrize("text", KEPT)
def test_a_not_that_complains_or_asks_stays(text: str) -> None:
    seen = facts.read(text)
    assert (seen.denial.rest, seen.denial.places) == (seen.text, ())


@pytest.mark.parametrize(
    ("text", "is_none"),
    [
        ("I'm not complaining, I only ask when it ships", True),
        ("I'm not complaining but this is the third broken lock", False),
        ("no complaints so far", True),
        ("不是来投诉的，想了解一下发货时间", True),
        ("不是投诉，但是这已经是第三次送错了", False),
        ("you have not heard my complaint", False),
    ],
)
def test_who_says_that_it_is_no_complaint_is_believed_unless_a_but_follows(text: str, is_none: bool) -> None:
    assert facts.read(text).denial.complaint == is_none


@pytest.mark.parametrize(
    "text", ["no need to get an agent", "不用找人工客服了", "我不会曝光你们的", "I will not sue you"]
)
def test_a_wish_or_a_threat_that_is_denied_is_none(text: str) -> None:
    seen = facts.read(text)
    assert (seen.asks_human, seen.risks) == ((), ())


@pytest.mark.parametrize(
    "text", ["I will not hurt myself", "it is not broken but it smokes", "我没生气，可是门锁冒烟了"]
)
def test_a_denial_takes_nothing_from_a_danger(text: str) -> None:
    assert facts.read(text).risks


def test_a_long_story_is_asked_about_as_a_whole() -> None:
    story = "I do not want to cancel. " + "It began on a Monday when the parcel came. " * 20
    assert facts.read(story).denial.rest == facts.read(story).text
