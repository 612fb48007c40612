"""Public utterances that nobody here wrote: how few examples are enough, and whether it knows what it does not know.

`python -m bench.nlu.public [--data ../shared/data] [--only banking]`, while the knowledge service runs. Nothing here
was chosen on a test part: thresholds come from validation parts, the head's own settings from folds of its training
examples. Test rows that also stand in the training part are left out.
"""

import argparse
import csv
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any, Final

import numpy as np
from sklearn.metrics import roc_auc_score

from bench.nlu.pipeline import Guess, Said, embedded, guesses, trained, tuned
from bench.report import figure, say
from bot import wire

Learnt = Callable[[Said], list[Guess]]
Learn = Callable[[Said], Learnt]

SEEDS: Final = (0, 1, 2)
STRANGE: Final = "oos"
KEPT_ACCURACY: Final = 0.95
TUNING_SECONDS: Final = 600.0
MOST_SECONDS: Final = 300.0


@dataclass(frozen=True)
class Row:
    """A figure beside what is wanted of it; `ok` says whether it is at least `must` (at most, for seconds)."""

    measure: str
    value: float
    unit: str
    must: float
    stretch: float
    ok: bool
    how: str


def rows(data: Path, only: Sequence[str] = ()) -> Iterator[Row]:
    """Every figure whose data set is below `data`, as it is measured."""
    for name, measure in SETS.items():
        if name not in (only or SETS.keys() - ONLY_WHEN_NAMED):
            continue
        folder = data / FOLDERS[name.removesuffix("-tuned")]
        if not folder.exists():
            say(f"{folder} is absent: {name} is not measured")
            continue
        yield from measure(folder)


def main() -> None:
    options = parser("bench.nlu.public").parse_args()
    show(options.data, options.only)


def parser(name: str) -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog=name, description=__doc__)
    found.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the public data sets")
    found.add_argument("--only", action="append", default=[], choices=sorted(SETS), help="may be repeated")
    return found


def show(data: Path, only: Sequence[str]) -> None:
    for row in rows(data, only):
        target = f"{row.must:g}, better {row.stretch:g}"
        figure("nlu", row.measure, row.value, row.unit, target=target, ok=row.ok, how=row.how)


def _banking(folder: Path) -> Iterator[Row]:
    train = _read(folder / "train.csv", wire.EMBEDDING_EN)
    test = _unseen(_read(folder / "test.csv", wire.EMBEDDING_EN), train)
    yield from _few("BANKING77, 10 examples", train, test, examples=10, must=87, stretch=90)
    yield from _few("BANKING77, 5 examples", train, test, examples=5, must=81, stretch=84)
    yield from _all("BANKING77, all examples", train, test, must=93.7, stretch=94.5)


def _banking_tuned(folder: Path) -> Iterator[Row]:
    train = _read(folder / "train.csv", wire.EMBEDDING_EN)
    test = _unseen(_read(folder / "test.csv", wire.EMBEDDING_EN), train)
    yield from _few("BANKING77, 10 examples, tuned", train, test, examples=10, must=87, stretch=90, learn=_tuned)
    yield from _few("BANKING77, 5 examples, tuned", train, test, examples=5, must=81, stretch=84, learn=_tuned)


def _massive(folder: Path) -> Iterator[Row]:
    train = _read(folder / "zh-CN_train.csv", wire.EMBEDDING_MULTI)
    test = _unseen(_read(folder / "zh-CN_test.csv", wire.EMBEDDING_MULTI), train)
    yield from _few("MASSIVE zh-CN, 8 examples", train, test, examples=8, must=71, stretch=74)
    yield from _all("MASSIVE zh-CN, all examples", train, test, must=84, stretch=86)


def _massive_tuned(folder: Path) -> Iterator[Row]:
    train = _read(folder / "zh-CN_train.csv", wire.EMBEDDING_MULTI)
    test = _unseen(_read(folder / "zh-CN_test.csv", wire.EMBEDDING_MULTI), train)
    yield from _few("MASSIVE zh-CN, 8 examples, tuned", train, test, examples=8, must=71, stretch=74, learn=_tuned)
    yield from _all("MASSIVE zh-CN, all examples, tuned", train, test, must=84, stretch=86, learn=_tuned)


def _clinc(folder: Path) -> Iterator[Row]:
    yield from _with_strangers("CLINC150", folder, _shipped)


def _clinc_tuned(folder: Path) -> Iterator[Row]:
    yield from _with_strangers("CLINC150, tuned", folder, _tuned)


def _with_strangers(what: str, folder: Path, learn: Learn) -> Iterator[Row]:
    train, valid, test = (_parts(folder / "full.csv", *names) for names in CLINC_PARTS)
    began = time.perf_counter()
    learnt = learn(train)
    how = f"trained on 15,000 examples in {time.perf_counter() - began:.0f} s; `oos` only in validation and test"
    seen, asked = learnt(valid), learnt(test)
    yield _row(f"{what}, in-scope accuracy", _accuracy(_known(asked)), "%", 96.5, 97.5, how)
    sureness, known = [-guess.none for guess in asked], [guess.truth != STRANGE for guess in asked]
    yield _row(f"{what}, AUROC for oos", float(roc_auc_score(known, sureness)), "", 0.970, 0.98, how)
    bar = _bar(_known(seen))
    refused = 100 * mean(guess.none > bar for guess in asked if guess.truth == STRANGE)
    right = 100 * mean(guess.label == guess.truth and guess.none <= bar for guess in _known(asked))
    told = f"bar {bar:.3f} from the validation part; test in-scope still right {right:.1f} %; {how}"
    yield _row(f"{what}, oos recall at in-scope >= 95 %", refused, "%", 68, 80, told)


def _bar(known: Sequence[Guess]) -> float:
    """The lowest chance of none to refuse at so that 95 % of these are still answered, and answered right.

    And one standard error more: what these few thousand just reach, others miss half of the time.
    """
    kept = sorted(guess.none for guess in known if guess.label == guess.truth)
    chance = KEPT_ACCURACY * (1 - KEPT_ACCURACY) / len(known)
    wanted = int(np.ceil((KEPT_ACCURACY + chance**0.5) * len(known)))
    return kept[wanted - 1] if wanted <= len(kept) else 1.0


SETS: Final[dict[str, Callable[[Path], Iterator[Row]]]] = {
    "banking": _banking,
    "clinc": _clinc,
    "massive": _massive,
    "banking-tuned": _banking_tuned,
    "clinc-tuned": _clinc_tuned,
    "massive-tuned": _massive_tuned,
}
FOLDERS: Final = {"banking": "banking77", "clinc": "clinc150", "massive": "massive"}
ONLY_WHEN_NAMED: Final = {"banking-tuned", "clinc-tuned", "massive-tuned"}
"""Half an hour: an encoder is tuned eleven times."""

CLINC_PARTS: Final = (("train",), ("val", "oos_val"), ("test", "oos_test"))


def _shipped(part: Said) -> Learnt:
    head = trained(part)
    return lambda said: guesses(head, said)


def _tuned(part: Said) -> Learnt:
    """With an encoder tuned to the part; its second vectors are heard beside the first."""
    head, second = trained(part), tuned(part, TUNING_SECONDS)
    return lambda said: guesses(head, said, second.opinion(said))


def _few(
    what: str,
    train: Said,
    test: Said,
    *,
    examples: int,
    must: float,
    stretch: float,
    learn: Learn = _shipped,
) -> Iterator[Row]:
    found, seconds = [], []
    for seed in SEEDS:
        began = time.perf_counter()
        learnt = learn(train.part(few(train.labels, examples, seed)))
        seconds.append(time.perf_counter() - began)
        found.append(_accuracy(learnt(test)))
    each = " / ".join(f"{value:.1f}" for value in found)
    spent = " / ".join(f"{value:.0f}" for value in seconds)
    yield _row(f"{what}, accuracy", mean(found), "%", must, stretch, f"seeds {SEEDS}: {each}; learnt in {spent} s")
    longest, most = max(seconds), MOST_SECONDS
    yield Row(f"{what}, longest training", longest, "s", most, most, longest <= most, "told above")


def _all(what: str, train: Said, test: Said, *, must: float, stretch: float, learn: Learn = _shipped) -> Iterator[Row]:
    began = time.perf_counter()
    learnt = learn(train)
    how = f"{len(train.texts)} examples; learnt in {time.perf_counter() - began:.0f} s"
    yield _row(f"{what}, accuracy", _accuracy(learnt(test)), "%", must, stretch, how)


def few(labels: Any, count: int, seed: int) -> Any:
    """`count` rows of each label, drawn from a generator seeded with `seed`, labels in alphabetical order."""
    random = np.random.default_rng(seed)
    return np.concatenate([random.permutation(np.flatnonzero(labels == label))[:count] for label in np.unique(labels)])


def _row(measure: str, value: float, unit: str, must: float, stretch: float, how: str) -> Row:
    return Row(measure, value, unit, must, stretch, value >= must, how)


def _accuracy(found: Sequence[Guess]) -> float:
    return 100 * mean(guess.label == guess.truth for guess in found)


def _known(found: Sequence[Guess]) -> list[Guess]:
    return [guess for guess in found if guess.truth != STRANGE]


def _read(path: Path, space: str) -> Said:
    return embedded([(row["text"], row["label"]) for row in _lines(path)], space=space)


def _parts(path: Path, *parts: str) -> Said:
    pairs = [(row["text"], row["label"]) for row in _lines(path) if row["split"] in parts]
    return embedded(pairs, space=wire.EMBEDDING_EN)


def _unseen(test: Said, train: Said) -> Said:
    seen = set(train.texts)
    return test.part([row for row, text in enumerate(test.texts) if text not in seen])


def _lines(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


if __name__ == "__main__":
    main()
