import pytest

from knowledge_index.leaning import leaning


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("and for the camera?", "names"),
        ("what about the refund", "names"),
        ("how about zigbee", "names"),
        ("那摄像头呢", "names"),
        ("门锁呢？", "names"),
        ("what does it weigh", "points"),
        ("can I wash it?", "points"),
        ("how long?", "asks"),
        ("and how much is that", "asks"),
        ("until when is it open", "asks"),
        ("多久", "asks"),
        ("那要多少钱呢？", "asks"),
        ("几点下班", "asks"),
    ],
)
def test_a_text_goes_on_from_the_question_before_it(text: str, how: str) -> None:
    assert leaning(text) == how


@pytest.mark.parametrize(
    "text",
    [
        "how do I reset the camera?",
        "And now it is broken, what do I do about that?",
        "how long is the warranty",
        "摄像头怎么重置",
        "保修多久",
        "可以",
        "到了",
        "",
        "?",
    ],
)
def test_a_question_of_its_own_does_not(text: str) -> None:
    assert leaning(text) is None
