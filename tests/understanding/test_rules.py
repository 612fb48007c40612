from pathlib import Path

import pytest

from bot.understanding.load import AGENTS_KINDS, AGENTS_PATTERNS, KINDS, PATTERNS, BadRule, Rule, load_rules
from bot.understanding.score import Reason, Sign, combined


def rules_in(folder: Path, text: str, name: str = "anger.en.yml") -> list[Rule]:
    (folder / name).write_text(text, "utf-8")
    return load_rules(folder)


@pytest.mark.parametrize(("folder", "kinds"), [(PATTERNS, KINDS), (AGENTS_PATTERNS, AGENTS_KINDS)])
def test_every_kind_has_rules_in_both_languages(folder: Path, kinds: frozenset[str]) -> None:
    spoken = {(rule.kind, rule.language) for rule in load_rules(folder) if not rule.harmless}
    assert spoken == {(kind, language) for kind in kinds for language in ("en", "zh")}


def test_a_phrase_is_a_pattern_of_its_words_with_contractions_opened(tmp_path: Path) -> None:
    (rule,) = rules_in(tmp_path, "- {rule: r, kind: anger, weight: 0.5, match: [I can't stand it]}")
    assert [token["LOWER"] for token in rule.patterns[0]] == ["i", "can", "not", "stand", "it"]


def test_no_is_a_word(tmp_path: Path) -> None:
    (rule,) = rules_in(tmp_path, "- {rule: r, kind: anger, match: [no, [{LOWER: {IN: [no, on, off]}}]]}")
    assert rule.patterns[0] == [{"LOWER": "no"}]
    assert rule.patterns[1] == [{"LOWER": {"IN": ["no", "on", "off"]}}]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("{rule: r, kind: rage, match: [x]}", "unknown kind"),
        ("{rule: r, kind: anger, weight: 2, match: [x]}", "not within"),
        ("{rule: r, kind: anger, match: []}", "not empty"),
        ("{rule: r, kind: anger, mach: [x], match: [x]}", "unknown keys"),
        ("{rule: r, kind: anger, match: [[{LOWER: {FUZZY: x}}]]}", "set operators"),
        ("{rule: r, kind: anger, match: [[{LEMMA: x}]]}", "attributes"),
        ("{rule: r, kind: anger, match: [[{LOWER: x, OP: '{2}'}]]}", "operator"),
        ("{rule: r, kind: anger, match: [[{LOWER: Angry}]]}", "lower case"),
        ("{rule: r, kind: anger, match: [[{LOWER: x, OP: '*'}]]}", "no word must occur"),
        ("{rule: r, kind: anger, match: [x]}\n- {rule: r, kind: anger, match: [y]}", "unique"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_by_name(tmp_path: Path, entry: str, why: str) -> None:
    with pytest.raises(BadRule, match=why):
        rules_in(tmp_path, f"- {entry}")


@pytest.mark.parametrize(
    ("expression", "why"),
    [("'(气'", "unterminated"), ("气*", "nothing"), ("(气)死", "group"), ("'(?:气|死)*了'", "bound")],
)
def test_an_expression_that_cannot_be_used_is_refused(tmp_path: Path, expression: str, why: str) -> None:
    with pytest.raises(BadRule, match=why):
        rules_in(tmp_path, f"- rule: r\n  kind: anger\n  match:\n    - {expression}", name="anger.zh.yml")


def test_a_file_says_its_language_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadRule, match=r"\.en\.yml"):
        rules_in(tmp_path, "[]", name="anger.yml")


def test_signs_are_independent_chances() -> None:
    signs = [Sign(Reason("a", "x"), 0.3), Sign(Reason("b", "y"), 0.5)]
    score = combined(signs)
    assert score.value == 0.65
    assert [reason.words for reason in score.reasons] == ["b", "a"]
