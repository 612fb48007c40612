import pytest

from knowledge_index.questions import LONGEST_READ, MOST_QUESTIONS, leans, split


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


@pytest.mark.parametrize(
    "text", ["and for the camera?", "what about the refund", "那摄像头呢", "门锁呢？", "how about zigbee"]
)
def test_a_question_that_says_too_little_leans_on_the_one_before(text: str) -> None:
    assert leans(text)


@pytest.mark.parametrize(
    "text", ["how do I reset the camera?", "摄像头怎么重置", "And now it is broken, what do I do about that?"]
)
def test_a_question_of_its_own_does_not_lean(text: str) -> None:
    assert not leans(text)
