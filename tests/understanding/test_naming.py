"""Which messages only name a thing, by the words around it and not by the thing."""

import pytest

from bot.understanding.clean import clean, fold
from bot.understanding.naming import name_in, words_named


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("account", 1),
        ("the app", 1),
        ("Battery?", 1),
        ("hi, my camera please", 1),
        ("question about my order", 1),
        ("zither", 1),
        ("shipping", 1),
        ("Rechnung", 1),
        ("smoke detector", 2),
        ("camera battery", 2),
        ("电池", 1),
        ("我的电池？", 1),
        ("你好，退货", 1),
        ("退款的问题", 1),
        ("app", 1),
        ("会员", 1),
        ("差价", 1),
        ("智能门锁", 2),
        ("售后服务", 2),
        ("WiFi密码", 2),
        ("電池", 1),
    ],
)
def test_a_name_is_all_there_is(text: str, words: int) -> None:
    assert words_named(fold(clean(text))) == words


@pytest.mark.parametrize(
    "text",
    [
        "late",
        "overcharged",
        "lock offline",
        "app crashes",
        "app outage",
        "rude driver",
        "camera freezing",
        "double charge",
        "can't login",
        "not working",
        "where",
        "the app is down",
        "my camera battery door",
        "and the camera?",
        "what about the camera",
        "AB1234567",
        "order 12345",
        "hello",
        "yes please",
        "x",
        "",
        "?!",
        "太慢了",
        "质量差",
        "重复扣款",
        "虚假宣传",
        "APP闪退",
        "那摄像头",
        "电池呢",
        "还没到货",
        "投诉",
        "你好",
        "谢谢",
        "我要退货退款",
        "订单12345",
    ],
)
def test_what_says_something_or_goes_on_is_no_mere_name(text: str) -> None:
    assert words_named(fold(clean(text))) == 0


@pytest.mark.parametrize(
    ("text", "name"),
    [("Hi, my camera please", "camera"), ("the smoke detector?", "smoke detector"), ("你好，我的電池的问题", "电池")],
)
def test_the_name_stands_without_what_is_around_it(text: str, name: str) -> None:
    assert name_in(fold(clean(text))) == name
