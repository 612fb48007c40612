"""Fit the decision to the articles that are held: from their own wordings, each asked as if nobody had written it down.

The shipped calibration knows what evidence is worth in general; an installation's own articles say how close together
their subjects lie and how differently they are asked. Its judges are drawn towards that, and answer from the chance
on that keeps a stated precision. Too few wordings change nothing.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

from knowledge_index import curve, fitting
from knowledge_index.calibrate import RISING, cross_fitted
from knowledge_index.calibration import FEATURES, Calibration, Judge, judge_from
from knowledge_index.curve import Point
from knowledge_index.evaluate import ANSWERABLE, Evaluation, Outcome, Report, report

LANGUAGES = ("en", "zh")
PRECISION = 0.9
FEWEST_WORDINGS = 60
TRUST_IN_SHIPPED = 100.0
"""The ridge towards the shipped weights. Less of it made thresholds that broke their promise on new questions."""


@dataclass(frozen=True)
class Measured:
    """`judge` is what the articles themselves suggest for this precision, `report` what it would do, `points` why.

    `fitted` is False where there were too few wordings: then the judge is the shipped one.
    """

    language: str
    precision: float
    fitted: bool
    judge: Judge
    report: Report
    points: list[Point]


def measured(evaluation: Evaluation, language: str, precision: float = PRECISION) -> Measured:
    """`evaluation` decides by the shipped calibration. Takes seconds; changes nothing."""
    judge = evaluation.calibration.judge(language)
    outcomes = [outcome for outcome in evaluation.held_out(language) if outcome.evidence]
    known = [outcome.query.group in ANSWERABLE for outcome in outcomes]
    fitted = sum(known) >= FEWEST_WORDINGS
    hits = [outcome.first_is_right for outcome in outcomes]
    chances = [outcome.confidence for outcome in outcomes]
    if fitted:
        judge, chances = _drawn(judge, outcomes, hits)
        judge = replace(judge, answer_at=round(curve.mark(chances, precision), 4))
    decided = [
        replace(
            one, confidence=chance, decision=judge.decision(chance, judge.among.probability(one.evidence), one.evidence)
        )
        for one, chance in zip(outcomes, chances, strict=True)
    ]
    return Measured(language, precision, fitted, judge, report(language, decided), curve.points(chances, hits, known))


def _drawn(judge: Judge, outcomes: Sequence[Outcome], hits: Sequence[bool]) -> tuple[Judge, list[float]]:
    rows = [{name: one.evidence[name] for name in FEATURES} for one in outcomes]
    weights = [1.0] * len(rows)
    sources = [one.query.source for one in outcomes]
    known, ridge = judge.first, TRUST_IN_SHIPPED
    chances = cross_fitted(rows, hits, weights, sources, known=known, ridge=ridge)
    first = fitting.logistic(rows, hits, weights, RISING, known=known, ridge=ridge)
    return replace(judge, first=first), chances


def calibrated(shipped: Calibration, found: Sequence[Measured]) -> Calibration:
    """The shipped calibration with the judges that own articles suggest."""
    judges = {one.language: one.judge for one in found if one.fitted}
    return replace(shipped, judges={**shipped.judges, **judges})


def write(file: Path, shipped: Calibration, found: Sequence[Measured]) -> None:
    """In the place of the one before, whole: a crash leaves that one or this one."""
    judges = {one.language: asdict(one.judge) for one in found if one.fitted}
    draft = _draft(file)
    with draft.open("w", encoding="utf-8") as written:
        written.write(json.dumps({"drawn_from": _name(shipped), "judges": judges}, indent=1) + "\n")
        written.flush()
        os.fsync(written.fileno())
    draft.replace(file)


def _draft(file: Path) -> Path:
    return file.with_suffix(".new")


class Unusable(Exception):
    """What was fitted here cannot be read, or was drawn from another calibration: fit it again."""


def read(file: Path, shipped: Calibration) -> Calibration:
    """The calibration as it was last fitted here, the shipped one where it never was. Raises Unusable."""
    _draft(file).unlink(missing_ok=True)
    if not file.exists():
        return shipped
    try:
        stored = json.loads(file.read_text("utf-8"))
        judges = {language: judge_from(fields) for language, fields in stored["judges"].items()}
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise Unusable("the calibration to the articles held here is damaged") from fault
    if stored.get("drawn_from") != _name(shipped):
        raise Unusable("the calibration to the articles held here was drawn from another one")
    return replace(shipped, judges={**shipped.judges, **judges})


def _name(calibration: Calibration) -> str:
    return sha256(json.dumps(asdict(calibration), sort_keys=True).encode()).hexdigest()
