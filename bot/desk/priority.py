"""How urgent a case is, and why: policy/priority.yml applied to facts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.policy.shapes import Level, Policy, Priorities, ReasonText, RequestType, When

Reason = dict[str, Any]
"""`{rule, words: [..], points?, level?, text: {en, zh}}`: a rule that counted, and the customer's words behind it."""


@dataclass(frozen=True)
class Case:
    """What the rules look at. Words are the customer's own, as understanding found them."""

    request_type: RequestType
    topic: str | None = None
    grave: bool = False
    tier: str | None = None
    anger: float = 0.0
    anger_words: tuple[str, ...] = ()
    urgency: float = 0.0
    urgency_words: tuple[str, ...] = ()
    risks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    repetition: int = 0
    signals: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Assessment:
    level: Level
    points: int
    reasons: tuple[Reason, ...]


def case_of(
    policy: Policy,
    *,
    facts: Mapping[str, Any],
    request_type: str,
    topic: str | None,
    tier: str | None = None,
    repetition: int = 0,
    signals: tuple[str, ...] = (),
    reason: str = "",
) -> Case:
    """A case from understanding's facts in their JSON form; absent facts count as none."""
    anger, urgency = facts.get("anger") or {}, facts.get("urgency") or {}
    risks: dict[str, tuple[str, ...]] = {}
    for risk in facts.get("risks") or ():
        risks[risk["kind"]] = _distinct((*risks.get(risk["kind"], ()), _words(risk)))
    return Case(
        request_type=RequestType(request_type),
        topic=topic,
        grave=policy.is_grave(topic),
        tier=(tier or "").lower() or None,
        anger=float(anger.get("value", 0)),
        anger_words=_distinct(tuple(map(_words, anger.get("reasons") or ()))),
        urgency=float(urgency.get("value", 0)),
        urgency_words=_distinct(tuple(map(_words, urgency.get("reasons") or ()))),
        risks=risks,
        repetition=repetition,
        signals=signals,
        reason=reason,
    )


def assess(rules: Priorities, case: Case) -> Assessment:
    """Points of the matrix and of every rule that holds; the level is the higher of the points' and the rules'."""
    impact = rules.impact.of(case.request_type, case.topic)
    urgency = rules.urgency.step(case.urgency)
    points = rules.matrix.points[impact - 1][urgency - 1]
    shown = {"impact": impact, "urgency": urgency, "times": case.repetition, "tier": case.tier or ""}
    reasons = [_reason("impact_urgency", rules.matrix.text, case.urgency_words, shown, points=points)]
    level = Level.LOW
    for rule in rules.rules:
        if not holds(rule.when, case, impact):
            continue
        points += rule.points or 0
        level = min(level, rule.level or level, key=lambda found: found.rank)
        reasons.append(
            _reason(rule.id, rule.text, _evidence(rule.when, case), shown, points=rule.points, level=rule.level)
        )
    return Assessment(min(level, _level_of(rules, points), key=lambda found: found.rank), points, tuple(reasons))


def holds(when: When, case: Case, impact: int) -> bool:
    """Whether every condition that is given is met."""
    return (
        (when.risk is None or any(kind in case.risks for kind in when.risk))
        and when.grave in (None, case.grave)
        and _between(impact, when.impact_at_least, None)
        and _between(case.urgency, when.urgency_at_least, None)
        and _between(case.anger, when.anger_at_least, when.anger_below)
        and _between(case.repetition, when.repetition_at_least, when.repetition_below)
        and (when.tier is None or case.tier in when.tier)
        and (when.request_type is None or case.request_type in when.request_type)
        and (when.topic is None or case.topic in when.topic)
        and (when.signal is None or any(signal in when.signal for signal in case.signals))
        and (when.reason is None or case.reason in when.reason)
    )


def merged(old: list[Reason], new: list[Reason]) -> list[Reason]:
    """The reasons that ever counted: a newer one replaces the same rule's older one, keeping its place."""
    latest = {reason["rule"]: reason for reason in [*old, *new]}
    return list(latest.values())


def _between(value: float, least: float | None, below: float | None) -> bool:
    return (least is None or value >= least) and (below is None or value < below)


def _level_of(rules: Priorities, points: int) -> Level:
    steps = ((Level.URGENT, rules.levels.urgent), (Level.HIGH, rules.levels.high), (Level.NORMAL, rules.levels.normal))
    return next((level for level, least in steps if points >= least), Level.LOW)


def _evidence(when: When, case: Case) -> tuple[str, ...]:
    words: tuple[str, ...] = ()
    for kind in when.risk or ():
        words += case.risks.get(kind, ())
    if when.anger_at_least is not None:
        words += case.anger_words
    if when.urgency_at_least is not None:
        words += case.urgency_words
    return _distinct(words)


def _reason(rule: str, text: ReasonText, words: tuple[str, ...], shown: dict[str, Any], **effect: Any) -> Reason:
    values = {**shown, "words": ", ".join(words) or "–"}
    sentences = {"en": text.en.format(**values), "zh": text.zh.format(**values | {"words": "、".join(words) or "–"})}
    kept = {name: value for name, value in effect.items() if value is not None}
    return {"rule": rule, "words": list(words), "text": sentences, **kept}


def _words(found: Mapping[str, Any]) -> str:
    words = found.get("words", "")
    return words if isinstance(words, str) else " ".join(map(str, words))


def _distinct(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))
