"""Corrections by their wording: what is asked instead, and what is no correction at all."""

import pytest

from bot.dialogue.meant import instead


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("No, I meant the camera", "the camera"),
        ("no i meant how do I reset the camera?", "how do I reset the camera?"),
        ("I meant to ask about the warranty", "the warranty"),
        ("Sorry, what I meant was: can I pay by card", "can I pay by card"),
        ("nope, I'm asking about my invoice", "my invoice"),
        ("No no, I mean the doorbell", "the doorbell"),
        ("no, not the lock, the camera", "the camera"),
        ("not the lock, the camera", "the camera"),
        ("No, I meant the camera, not the lock", "the camera"),
        ("I mean the camera", "the camera"),
        ("no I just want to know the usual price", "the usual price"),
        ("不对，我就想问多少钱", "多少钱"),
        ("不是，我是说摄像头怎么重置", "摄像头怎么重置"),
        ("不对，我问的是发票", "发票"),
        ("我的意思是怎么退款", "怎么退款"),
        ("不是门锁，是摄像头", "摄像头"),
        ("不，我想问的是：保修多久", "保修多久"),
        ("我说的是摄像头，不是门锁", "摄像头"),
    ],
)
def test_what_is_meant_instead_is_asked_alone(text: str, rest: str) -> None:
    assert instead(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "That is not what I meant",
        "no, that's wrong",
        "No, I meant something else",
        "no",
        "I mean it is broken",
        "I mean the camera is broken now",
        "我就想知道为什么",
        "My lock is offline",
        "what do you mean by that?",
        "no, not yet, thanks for asking",
        "No, not really, it still blinks",
        "不是这个",
        "不对，我不是说这个",
        "我是说别的",
        "这个锁是不是坏了",
        "你好",
        "",
        "a" * 4_000,
        "no, " * 1_000,
        "不" * 4_000,
    ],
)
def test_all_else_is_left_as_it_is(text: str) -> None:
    assert instead(text) is None
