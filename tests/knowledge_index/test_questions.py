import pytest

from knowledge_index.questions import LONGEST_READ, MOST_QUESTIONS, split


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("Where is my parcel? And how do I return a lamp?", ["Where is my parcel?", "how do I return a lamp?"]),
        (
            "how do I return a lamp and how long does the refund take?",
            ["how do I return a lamp", "how long does the refund take?"],
        ),
        ("怎么退货，多久能退款？", ["怎么退货", "多久能退款?"]),
        ("什么时候发货？还有可以开发票吗？", ["什么时候发货?", "可以开发票吗?"]),
        (
            "我买的门锁到了。怎么安装？另外摄像头能防水吗",
            ["我买的门锁到了。 怎么安装?", "摄像头能防水吗"],
        ),
        (
            "My hub is offline. Another question: how do I delete my account",
            ["My hub is offline.", "how do I delete my account"],
        ),
        (
            "Where do you ship? I also need to know how to pay.",
            ["Where do you ship?", "I also need to know how to pay."],
        ),
        (
            "I need an invoice and I would like to change the delivery address",
            ["I need an invoice", "I would like to change the delivery address"],
        ),
        ("Firstly can I exchange it, secondly how long does it take", ["can I exchange it", "how long does it take"]),
        ("1) how do I cancel 2) who pays the postage", ["how do I cancel", "who pays the postage"]),
        ("- opening hours\n- return address", ["opening hours", "return address"]),
        ("1.怎么取消订单 2.钱什么时候退", ["怎么取消订单", "钱什么时候退"]),
        ("防水吗 能装在铁门上吗", ["防水吗", "能装在铁门上吗"]),
        ("送货要几天，免邮吗", ["送货要几天", "免邮吗"]),
        ("网关离线了。还有一件事，怎么删除账号", ["网关离线了。", "怎么删除账号"]),
        ("我要开发票，还要改收货地址", ["我要开发票", "还要改收货地址"]),
        ("帮我取消订单，再告诉我退款多久到", ["帮我取消订单", "告诉我退款多久到"]),
        ("can I pause the plan do you charge for that", ["can I pause the plan", "do you charge for that"]),
        ("how do I reset the plug, what size is it", ["how do I reset the plug", "what size is it"]),
        ("the hub is beeping and where do I buy a cable", ["the hub is beeping", "where do I buy a cable"]),
        ("I want to return the bulb and see my bills", ["I want to return the bulb", "see my bills"]),
        ("Two things: my plug is broken and I want a new lamp", ["my plug is broken", "I want a new lamp"]),
        ("两件事：插座坏了，灯泡也要退", ["插座坏了", "灯泡也要退"]),
        ("two things: is it heavy and what does it weigh", ["is it heavy", "what does it weigh"]),
        ("灯泡坏了，还要改收货地址", ["灯泡坏了", "还要改收货地址"]),
        ("能刷卡吗，支持分期不", ["能刷卡吗", "支持分期不"]),
        ("我要退插座，钱退到哪里", ["我要退插座", "钱退到哪里"]),
        ("降价退不退差价，有会员折扣吗", ["降价退不退差价", "有会员折扣吗"]),
    ],
)
def test_several_questions_are_told_apart(text: str, questions: list[str]) -> None:
    assert split(text) == questions


@pytest.mark.parametrize(
    "text",
    [
        "My lock is offline and I cannot open it",
        "Hi there. I bought a lock last week. How do I pair it?",
        "why is it not here??? answer me",
        "is it ok? thanks",
        "Can you look into this and let me know what happened?",
        "I want to return the lock and I need it done today",
        "could you flip the switch and tell me the result",
        "1. I pressed reset\n2. then the light went red\nwhat now?",
        "Order 12. 3 lamps arrived broken",
        "do you know where I can park and unload",
        "can you find out which part is missing",
        "is there a reason why the light is on",
        "why does it beep, is the battery low",
        "what is that noise and why does it not stop",
        "do I need the hub or is the bridge enough",
        "if the plug gets hot, can I still use it",
        "tell me how much is left",
        "my plug is broken and I need a new one",
        "我的快递还有多久",
        "为什么一直响，是电池没电了吗",
        "不知道怎么退，能教一下吗",
        "我想退货，该怎么操作",
        "灯在闪，怎么一直这样",
        "我的快递呢，不是说昨天到吗",
        "帮我把昨天的单子退掉，还没发呢",
        "能退货吗，可以吗",
        "摄像头和门锁能一起退吗",
        "能不能退货，我不想要了",
        "",
        "???",
        "🙂🙂",
        "a" * 4_000,
    ],
)
def test_what_asks_one_thing_stays_whole(text: str) -> None:
    assert split(text) == [text]


def test_a_long_story_is_read_as_one_and_an_interrogation_ends() -> None:
    story = "How does it work? Why is it so slow? " * 40
    assert len(story) > LONGEST_READ
    assert split(story) == [story.strip()]
    assert len(split("Where is my order? Why is it late? Who carries it? When will it come?")) == MOST_QUESTIONS
