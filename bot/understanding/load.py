"""Reads and checks the rules in `patterns/*.<language>.yml`.

A file is a list of rules:
  rule      its name, unique over all files; shown beside the words that it found
  kind      what it speaks for (one of KINDS, or of AGENTS_KINDS)
  weight    0 < weight <= 1, how much one hit says (left out: 1)
  urgency   0 < weight <= 1, how much one hit says of urgency beside its kind (left out: nothing)
  harmless  true: its words are no sign of `kind`, and take those of other rules that lie inside them
  alone     true: counts only when nothing but courtesy stands around it
  negated   "keep": a "not" before the words leaves the hit as it is (left out: it drops the hit)
  match     English: spaCy Matcher patterns, or phrases (a string is a pattern of its lower-case words);
            Chinese: regular expressions on simplified text

Patterns hold for spaCy 3.4 and 3.8 alike: only the attributes and operators named here pass.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.understanding.words import read_words

AGENTS_KINDS = frozenset({"hurtful", "overpromise"})
"""Of the rules in patterns/agents/, which read what agents write."""
KINDS = frozenset(
    {
        "anger", "warmth", "urgency", "safety", "legal", "media", "regulator", "data", "self_harm",
        "asks_human", "asks_ticket_status", "orders",
    }
)  # fmt: skip
ATTRIBUTES = frozenset({"LOWER", "ORTH", "IS_DIGIT", "OP"})
SET_OPERATORS = frozenset({"IN", "NOT_IN"})
QUANTIFIERS = frozenset({"!", "?", "+", "*"})
KEYS = frozenset({"rule", "kind", "weight", "urgency", "harmless", "alone", "negated", "match"})

PATTERNS = Path(__file__).parent / "patterns"
AGENTS_PATTERNS = PATTERNS / "agents"

Token = dict[str, Any]


PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""In C where it is there: every process that understands people reads the rules at its start."""


class WordLoader(PARSER):  # type: ignore[misc, valid-type]
    """YAML in which `no`, `on`, `off` and `yes` are words, as rules need them; true and false alone are truths."""


WordLoader.yaml_implicit_resolvers = {
    first: [(tag, expression) for tag, expression in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class BadRule(ValueError):
    """A rule that cannot be used; says which file, which rule and why."""


@dataclass(frozen=True)
class Rule:
    name: str
    kind: str
    language: str
    weight: float
    urgency: float
    harmless: bool
    alone: bool
    keeps_negated: bool
    patterns: tuple[list[Token], ...]
    expressions: tuple[str, ...]


def load_rules(folder: Path = PATTERNS) -> list[Rule]:
    """Every rule, in the order of files and lines. Raises BadRule."""
    rules = [rule for path in sorted(folder.glob("*.yml")) for rule in _read_file(path)]
    names = [rule.name for rule in rules]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise BadRule(f"rule names must be unique: {', '.join(sorted(doubled))}")
    return rules


def _read_file(path: Path) -> Iterator[Rule]:
    language = path.suffixes[0].lstrip(".") if len(path.suffixes) > 1 else ""
    if language not in ("en", "zh"):
        raise BadRule(f"{path.name}: the name must end in .en.yml or .zh.yml")
    for entry in yaml.load(path.read_text("utf-8"), Loader=WordLoader) or []:
        try:
            yield _rule(entry, language)
        except (KeyError, TypeError, ValueError, re.error) as error:
            name = entry.get("rule", "?") if isinstance(entry, dict) else "?"
            raise BadRule(f"{path.name}: rule {name}: {error}") from error


def _rule(entry: dict[str, Any], language: str) -> Rule:
    weight, urgency = float(entry.get("weight", 1)), float(entry.get("urgency", 0))
    matches = entry["match"]
    _require(not set(entry) - KEYS, f"unknown keys {sorted(set(entry) - KEYS)}")
    _require(entry["kind"] in KINDS | AGENTS_KINDS, f"unknown kind {entry['kind']!r}")
    _require(0 < weight <= 1 and 0 <= urgency <= 1, f"weight {weight} or urgency {urgency} is not within 0 and 1")
    _require(isinstance(matches, list) and bool(matches), "match must be a list that is not empty")
    _require(entry.get("negated", "keep") == "keep", "negated can only be `keep`")
    return Rule(
        name=entry["rule"],
        kind=entry["kind"],
        language=language,
        weight=weight,
        urgency=urgency,
        harmless=bool(entry.get("harmless", False)),
        alone=bool(entry.get("alone", False)),
        keeps_negated=entry.get("negated") == "keep",
        patterns=tuple(_pattern(match) for match in matches) if language == "en" else (),
        expressions=tuple(_expression(match) for match in matches) if language == "zh" else (),
    )


def _pattern(match: str | list[Token]) -> list[Token]:
    if isinstance(match, str):
        return [{"LOWER": word.text} for word in read_words(match)]
    for token in match:
        _check_token(token)
    _require(any(literals(token) for token in match), f"no word must occur in {match}")
    return match


def _check_token(token: Token) -> None:
    _require(not set(token) - ATTRIBUTES, f"attributes other than {sorted(ATTRIBUTES)} in {token}")
    _require(token.get("OP", "!") in QUANTIFIERS, f"operator {token.get('OP')!r} in {token}")
    for name in ("LOWER", "ORTH"):
        value = token.get(name, "")
        if isinstance(value, dict):
            _require(set(value) <= SET_OPERATORS, f"set operators other than {sorted(SET_OPERATORS)} in {token}")
            value = "".join(str(word) for words in value.values() for word in words)
        _require(isinstance(value, str), f"{value!r} must be quoted")
        _require(value == value.lower(), f"the text is read in lower case: {token}")


def literals(token: Token) -> frozenset[str]:
    """The words of which one must stand here, or none when the token is free or may be absent."""
    if token.get("OP") in ("!", "?", "*"):
        return frozenset()
    value = token.get("LOWER", token.get("ORTH", ""))
    return frozenset(value.get("IN", ())) if isinstance(value, dict) else frozenset([value] if value else [])


def words_of(token: Token) -> frozenset[str]:
    """Every word that the token names."""
    value = token.get("LOWER", token.get("ORTH", ""))
    if isinstance(value, dict):
        return frozenset(word for words in value.values() for word in words)
    return frozenset([value] if value else [])


def _expression(match: str) -> str:
    _require(re.search(match, "") is None, f"{match!r} matches nothing at all")
    _require(not re.search(r"\)[*+]", match), f"{match!r} repeats a group without a bound: write {{0,3}}")
    _require(re.compile(match).groups == 0, f"{match!r} has a capturing group")
    return match


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise ValueError(why)
