import pytest

from bot.understanding import facts


def found(text: str) -> list[tuple[str, str]]:
    return [(entity.kind, entity.value) for entity in facts.read(text).entities]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("where is AB1234567", [("order", "AB1234567")]),
        ("订单AB1234567到哪了", [("order", "AB1234567")]),
        ("my order em-2024-12345 is late", [("order", "EM-2024-12345")]),
        ("订单号：20240112345", [("order", "20240112345")]),
        ("order number is 7788991", [("order", "7788991")]),
        ("ＡＢ１２３４５６７ 沒收到", [("order", "AB1234567")]),
        ("call me on +44 20 7946 0958", [("phone", "+442079460958")]),
        ("我的电话13812345678", [("phone", "13812345678")]),
        ("ring (415) 555-2671", [("phone", "4155552671")]),
        ("write to Ada.Lovelace@Example.com please", [("email", "ada.lovelace@example.com")]),
        ("发到ada@example.cn", [("email", "ada@example.cn")]),
        ("you took $1,299.50 twice", [("money", "$1,299.50")]),
        ("退我199元", [("money", "199元")]),
        ("it cost 20 euros", [("money", "20 euros")]),
        ("the Smart Lock and the doorbell", [("product", "smart_lock"), ("product", "video_doorbell")]),
        ("智能门锁和摄像头都离线了", [("product", "smart_lock"), ("product", "camera")]),
        ("门锁offline", [("product", "smart_lock")]),
        ("USD1234567", [("money", "USD1234567")]),
        ("firmware 2.10.3 on 2024-11-02 at 10:30", []),
        ("the block is clocked", []),
        ("card 4111 1111 1111 1111", []),
        ("ABCDE1234567", []),
        ("wait 15 minutes", []),
    ],
)
def test_things_are_named_in_one_spelling(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_a_place_in_the_text_is_the_same_in_the_text_as_it_came_and_as_we_keep_it() -> None:
    raw = "請查訂單ＡＢ１２３４５６７，電話13812345678"
    read = facts.read(raw)
    assert [raw[entity.start : entity.end] for entity in read.entities] == ["ＡＢ１２３４５６７", "13812345678"]
    assert [read.text[entity.start : entity.end] for entity in read.entities] == ["AB1234567", "13812345678"]
