"""Finds the rules' words in a text: spaCy's Matcher for English, regular expressions for Chinese (and pictures).

A rule is tried only where a word of it occurs that no match can do without, so that rules which have
nothing to say cost nothing. Of hits of one kind that overlap, the longest stays; a harmless rule that
stays takes the words away from the others. A hit after a negation ("not angry", 没有冒烟) is dropped, and so
is a danger that is only supposed ("what if it burned", 万一起火).
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.understanding.load import PATTERNS, Rule, Token, literals, load_rules, words_of
from bot.understanding.slips import righted
from bot.understanding.spacy_without_torch import Doc, Matcher, blank_vocab
from bot.understanding.spans import Taken
from bot.understanding.vocabulary import vocabulary
from bot.understanding.words import Word, read_words, shown_to_matcher

HAN = re.compile("[\u3400-\u9fff]")
_ZH_NEGATED = re.compile(
    "(?<![是有还再要能可会肯么也])(?:并没有|没有|没|并不是|不是|并不|不需要|不用|不要|不想|不必|无需|不|无|未|并非|别|勿)"
    "(?:再|被|在|人|很|太|那么|任何|什么|特别|怎么|感到|觉得|出现|发现|闻到|看到|有|给我|帮我|找|去|想|要)*$"
)
CLAUSE_CHARACTERS = 40
SUPPOSED = frozenset({"safety", "data"})
"""Kinds of which people ask what might be. A threat stands after an "if" as well."""
_ZH_SUPPOSED = re.compile("如果|要是|万一|假如|假设|倘若|会不会|能不能|能否|是否(?:会|能)|怕")
_ZH_CLAUSE = re.compile("[,.!?;\n]")
_ZH_COURTESY = "[你好您请问麻烦谢我要想给帮快点赶紧马上直接现在吧啊呀了嘛哦\\W_]{0,20}"


@dataclass(frozen=True)
class Hit:
    """A rule's words in the text, by place."""

    rule: Rule
    start: int
    end: int


@dataclass(frozen=True)
class _Pattern:
    rule: Rule
    required: tuple[frozenset[str], ...]
    """Of every one of these sets a word must occur in the text."""
    matcher: Any


@dataclass(frozen=True)
class _English:
    vocab: Any
    by_anchor: dict[str, list[_Pattern]]
    known: frozenset[str]


@dataclass(frozen=True)
class _Compiled:
    english: _English
    chinese: tuple[tuple[Rule, re.Pattern[str]], ...]
    pictures: tuple[tuple[Rule, re.Pattern[str]], ...]


def find(folded: str, folder: Path = PATTERNS) -> list[Hit]:
    """The hits of a folder's rules in a text that `clean.fold` has prepared, in the order of the text."""
    rules = compiled(folder)
    hits = _english_hits(folded, rules.english)
    if not folded.isascii():
        hits.extend(_expression_hits(folded, rules.pictures))
    if HAN.search(folded):
        hits.extend(_expression_hits(folded, rules.chinese))
    return sorted(_settled(hits, len(folded)), key=lambda hit: (hit.start, hit.end, hit.rule.name))


@lru_cache(maxsize=2)
def compiled(folder: Path = PATTERNS) -> _Compiled:
    """A folder's rules, ready for use. Read at the first call (0.1 s)."""
    rules = load_rules(folder)
    expressions = [(rule, _expression(rule)) for rule in rules if rule.language == "zh"]
    return _Compiled(
        english=_compile_english([rule for rule in rules if rule.language == "en"]),
        chinese=tuple(pair for pair in expressions if HAN.search("".join(pair[0].expressions))),
        pictures=tuple(pair for pair in expressions if not HAN.search("".join(pair[0].expressions))),
    )


def _compile_english(rules: list[Rule]) -> _English:
    vocab = blank_vocab()
    by_anchor: dict[str, list[_Pattern]] = defaultdict(list)
    for rule in rules:
        for tokens in rule.patterns:
            pattern = _compile_pattern(vocab, rule, tokens)
            for anchor in pattern.required[0]:
                by_anchor[anchor].append(pattern)
    known = frozenset(w for rule in rules for tokens in rule.patterns for token in tokens for w in words_of(token))
    return _English(vocab, dict(by_anchor), known)


def _compile_pattern(vocab: Any, rule: Rule, tokens: list[Token]) -> _Pattern:
    matcher = Matcher(vocab)
    matcher.add(rule.name, [list(tokens)], greedy="LONGEST")
    required = {words for words in map(literals, tokens) if words}
    rarest_first = sorted(required, key=lambda words: (len(words), -min(map(len, words)), sorted(words)))
    return _Pattern(rule, tuple(rarest_first), matcher)


def _expression(rule: Rule) -> re.Pattern[str]:
    either = "|".join(rule.expressions)
    if rule.alone:
        return re.compile(rf"\A{_ZH_COURTESY}({either}){_ZH_COURTESY}\Z")
    return re.compile(f"({either})")


def _english_hits(folded: str, english: _English) -> list[Hit]:
    words = [righted(word, english.known) for word in read_words(folded)]
    patterns = _patterns_for({word.text for word in words}, english)
    if not patterns:
        return []
    doc = Doc(english.vocab, words=[shown_to_matcher(word.text, english.known) for word in words])
    return [
        Hit(pattern.rule, words[first].start, words[last - 1].end)
        for pattern in patterns
        for _, first, last in pattern.matcher(doc)
        if _stands(pattern.rule, words, first, last)
        and not _within_a_code(folded, words[first].start, words[last - 1].end)
    ]


def _within_a_code(folded: str, start: int, end: int) -> bool:
    """Letters with digits on both sides are no word: `3bbb7` is not the Better Business Bureau."""
    return folded[start - 1 : start].isdigit() and folded[end : end + 1].isdigit()


def _patterns_for(texts: set[str], english: _English) -> list[_Pattern]:
    possible = (pattern for text in texts for pattern in english.by_anchor.get(text, ()))
    kept = {id(pattern): pattern for pattern in possible if not any(map(texts.isdisjoint, pattern.required))}
    return list(kept.values())


def _stands(rule: Rule, words: list[Word], first: int, last: int) -> bool:
    if rule.alone and not all(word.text in vocabulary().courtesy for word in [*words[:first], *words[last:]]):
        return False
    if rule.keeps_negated or rule.harmless:
        return True
    return not _negated(words, first) and not (rule.kind in SUPPOSED and _supposed(words, first))


def _negated(words: list[Word], first: int) -> bool:
    small = vocabulary()
    before = first - 1
    while before >= 0 and words[before].text in small.between_negation:
        before -= 1
    return before >= 0 and words[before].text in small.negation


def _supposed(words: list[Word], first: int) -> bool:
    """Whether the clause before the hit begins by supposing: "what if …", "could the battery …"."""
    marks = (place for place in range(first, 0, -1) if words[place - 1].text in ",.;:!?")
    clause = [word.text for word in words[next(marks, 0) : first]]
    opening = clause[1:] if clause[:1] and clause[0] in vocabulary().leading else clause
    return any(opening[: len(phrase)] == phrase for phrase in vocabulary().supposing)


def _expression_hits(folded: str, rules: tuple[tuple[Rule, re.Pattern[str]], ...]) -> list[Hit]:
    hits = []
    for rule, expression in rules:
        for match in expression.finditer(folded):
            start, end = match.span(1)
            if rule.keeps_negated or rule.harmless or _holds(folded, rule, start):
                hits.append(Hit(rule, start, end))
    return hits


def _holds(folded: str, rule: Rule, start: int) -> bool:
    if _ZH_NEGATED.search(folded, max(0, start - 8), start):
        return False
    before = _ZH_CLAUSE.split(folded[max(0, start - CLAUSE_CHARACTERS) : start])[-1]
    return rule.kind not in SUPPOSED or not _ZH_SUPPOSED.search(before)


def _precedence(hit: Hit) -> tuple[int, bool, float, float, int, str]:
    rule = hit.rule
    return hit.start - hit.end, not rule.harmless, -rule.weight, -rule.urgency, hit.start, rule.name


def _settled(hits: list[Hit], length: int) -> list[Hit]:
    taken: dict[str, Taken] = defaultdict(lambda: Taken(length))
    longest_first = sorted(hits, key=_precedence)
    kept = [hit for hit in longest_first if taken[hit.rule.kind].claim(hit.start, hit.end)]
    return [hit for hit in kept if not hit.rule.harmless]
