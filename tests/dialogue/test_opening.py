"""What is asked after a greeting is heard without it; a greeting alone stays one."""

import pytest

from bot.dialogue.opening import after


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Good evening! Quick question: can I pay by card?", "can I pay by card?"),
        ("hi there, my hub is blinking red", "my hub is blinking red"),
        ("ok how do I reset the hub", "how do I reset the hub"),
        ("thanks, and where is the manual", "and where is the manual"),
        ("晚上好，请问门铃怎么充电", "门铃怎么充电"),
        ("好的，多谢你，保修多久呢", "保修多久呢"),
        ("hello，我的网关一直闪", "我的网关一直闪"),
    ],
)
def test_what_is_said_after_a_greeting_is_asked_alone(text: str, rest: str) -> None:
    assert after(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "hi there",
        "Hello, this is Ada speaking now",
        "hi, is anybody here at all",
        "hi can you help",
        "thanks for nothing you lot",
        "right now the hub is blinking",
        "morning delivery please, is that possible",
        "how do I reset the hub",
        "你好",
        "您好，我姓王叫小明",
        "谢谢你的帮助真的很好",
        "好几天了还没到",
        "",
        "a" * 4_000,
        "hi " * 1_300,
        "你好" * 2_000,
    ],
)
def test_all_else_is_left_whole(text: str) -> None:
    assert after(text) is None
