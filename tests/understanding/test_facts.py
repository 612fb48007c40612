import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding import facts
from tests.understanding.said import everything

ANY_CHARACTER = st.characters(codec=None, exclude_categories=())
PIECES = st.sampled_from(
    [*"!?,.'-()@#$ \n\x00\ud800😡", "not", "human", "第三次", "冒烟", "AB1234567", "isn't", "转人工", "壞"]
)
LONG = {
    "one letter": "a",
    "one capital": "A ",
    "marks": "!",
    "apostrophes": "a'",
    "digits": "1-",
    "spaced digits": "0 ",
    "emoji": "😡😂",
    "at signs": "a@b.",
    "one character": "没",
    "traditional": "我的門鎖壞了，請幫我處理。",
    "courtesy": "我要",
    "wishes": "i want to talk to a ",
    "questions": "where is my ",
    "anger": "This is the third time, nobody helps, I am furious, my lock is smoking. ",
    "愤怒": "第三次了没人管，气死我了，门锁冒烟，转人工。",
    "hangul": "안녕 ",
}


@given(st.text(alphabet=ANY_CHARACTER, max_size=400))
def test_any_text_has_facts(text: str) -> None:
    read = facts.read(text)
    assert 0 <= read.anger.value <= 1
    assert 0 <= read.urgency.value <= 1
    assert len(read.text) == len(text)


@settings(max_examples=200)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_every_quoted_word_stands_in_the_text(text: str) -> None:
    read = facts.read(text)
    quoted = [reason.words for reason in (*read.anger.reasons, *read.urgency.reasons)]
    quoted += [risk.words for risk in read.risks] + [*read.asks_human, *read.asks_ticket_status]
    assert all(words and words in text for words in quoted)


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_a_text_of_the_greatest_length_is_read(text: str) -> None:
    assert len(facts.read((text * 4000)[:4000]).text) == 4000


def test_facts_are_ready_for_json() -> None:
    for sentence in everything():
        read = json.loads(json.dumps(facts.read(sentence).as_dict(), ensure_ascii=False))
        assert read["language"] == ("zh" if facts.read(sentence).embedding == "multi" else "en")


def test_reading_never_loads_torch_and_leaves_it_importable() -> None:
    program = (
        "import sys\n"
        "from bot.understanding import facts\n"
        "facts.read('my lock is smoking, 門鎖冒煙了')\n"
        "assert 'spacy' in sys.modules and 'torch' not in sys.modules\n"
        "import importlib.util\n"
        "assert importlib.util.find_spec('torch') is not None\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_words_that_no_rule_knows_do_not_grow_the_vocabulary() -> None:
    from bot.understanding.matcher import compiled

    facts.read("furious")
    before = len(compiled().english.vocab)
    for number in range(500):
        facts.read(f"furious zq{chr(97 + number % 26) * (number % 17 + 1)}x")
    assert len(compiled().english.vocab) - before < 10
