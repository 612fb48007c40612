"""Danger and haste as people really put them: how many are heard, and how many of those heard are none."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from bot.policy import load as policy_load
from bot.understanding import facts
from bot.understanding.risk import KINDS

LEAST_RECALL = 0.9
LEAST_PRECISION = 0.9
FEWEST = 200


def labelled(language: str) -> dict[str, frozenset[str]]:
    groups = yaml.safe_load((Path(__file__).parent / f"dangers.{language}.yml").read_text("utf-8"))
    return {text: frozenset(name.split()) - {"nothing"} for name, texts in groups.items() for text in texts}


def heard(text: str) -> frozenset[str]:
    seen = facts.read(text)
    pressing = policy_load.load().priority.urgency.pressing
    return frozenset({risk.kind for risk in seen.risks} | ({"urgency"} if seen.urgency.value >= pressing else set()))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_dangers_are_heard_and_little_else(language: str) -> None:
    true, found, right = Counter[str](), Counter[str](), Counter[str]()
    sentences = labelled(language)
    for text, kinds in sentences.items():
        said = heard(text)
        true.update(kinds)
        found.update(said)
        right.update(kinds & said)
    assert len(sentences) > FEWEST
    for kind in (*KINDS, "urgency"):
        assert right[kind] >= LEAST_RECALL * true[kind], kind
        assert right[kind] >= LEAST_PRECISION * found[kind], kind


@pytest.mark.parametrize(
    "text",
    [
        "what if it burned",
        "and what happens if the battery swells?",
        "could the battery ever leak",
        "is there any risk that it catches fire",
        "no smoke, no flames",
        "luckily nothing burned",
        "没冒烟",
        "万一起火了你们赔吗",
        "要是冒烟了该怎么处理",
        "没有人受伤",
    ],
)
def test_what_is_denied_or_only_supposed_is_no_danger(text: str) -> None:
    assert facts.read(text).risks == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("if I touch it I get shocked, it zapped me twice", "safety"),
        ("what if nobody comes, there is smoke already", "safety"),
        ("if you do not pay I will sue you", "legal"),
        ("如果不退款我就去起诉你们", "legal"),
        ("万一没人来怎么办，已经冒烟了", "safety"),
    ],
)
def test_a_threat_after_an_if_and_a_danger_beside_a_supposition_are_heard(text: str, kind: str) -> None:
    assert kind in {risk.kind for risk in facts.read(text).risks}


@pytest.mark.parametrize("text", ["does the plug need a BBB battery", "AAA or BBB battery?", "BBB rated cells"])
def test_a_size_of_batteries_is_no_authority(text: str) -> None:
    assert facts.read(text).risks == ()


def test_words_of_a_danger_that_does_not_wait_press_once() -> None:
    seen = facts.read("I smell gas")
    assert [reason.words for reason in seen.urgency.reasons] == ["smell gas"]
    assert seen.urgency.value == 0.7
