"""How a head is learnt from examples: its opinions, and on held-out folds how far to trust each."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.nlu.grams import Vocabulary
from bot.nlu.head import Head, Linear, said, scaled
from bot.nlu.nearest import Nearest
from bot.nlu.none import NEVER, NoneOfThese, curve, energy
from bot.nlu.regression import Floats, regress
from bot.nlu.trust import UNTESTED, Trust, learnt

FOLDS: Final = 4
MANY_EXAMPLES: Final = 1_000
"""From here on one held-out fold says enough: the others would only cost time."""

Learn = Callable[..., Head]

_NAME_PARTS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Examples:
    """`named`: the rows that are an intent's own name, not something a customer said: never held out."""

    vectors: Floats
    labels: npt.NDArray[np.str_]
    texts: Sequence[str]
    named: npt.NDArray[np.bool_]

    def part(self, rows: Any) -> "Examples":
        texts = [self.texts[row] for row in rows] if len(self.texts) else ()
        return Examples(self.vectors[rows], self.labels[rows], texts, self.named[rows])


def examples(vectors: Floats, labels: Sequence[str], texts: Sequence[str] = (), named: Sequence[bool] = ()) -> Examples:
    marks = np.asarray(named, dtype=bool) if len(named) else np.zeros(len(labels), dtype=bool)
    return Examples(vectors, np.asarray(labels), texts, marks)


def in_words(intent: str) -> str:
    """An intent's name as an example: "complain_delivery_late" reads "complain delivery late"."""
    return " ".join(_NAME_PARTS.split(intent)).strip().lower()


def fit(given: Examples, *, c: float, gram_c: float = 20.0) -> Head:
    """`c` and `gram_c`: how freely the vector's and the grams' part may follow the examples (see `regress`)."""
    learn = partial(_fit, c=c, gram_c=gram_c)
    head = learn(given)
    return replace(head, trust=_trust(learn, given, head.trust), none=_none(learn, given))


def fit_tuned(given: Examples, *, c: float) -> Head:
    """From vectors of an encoder that has learnt these very examples: to hold some out would tell nothing."""
    return _fit(given, c=c, gram_c=c, by_grams=False)


def _fit(given: Examples, *, c: float, gram_c: float, by_grams: bool = True) -> Head:
    centre = given.vectors[~given.named].mean(axis=0)
    labels, truth = np.unique(given.labels, return_inverse=True)
    dense = regress(scaled(given.vectors, centre), truth, labels=len(labels), c=c)
    vocabulary, sparse = Vocabulary((), np.zeros(0)), (np.zeros((0, len(labels))), np.zeros(len(labels)))
    by_grams = by_grams and len(given.texts) > 0
    if by_grams:
        vocabulary = Vocabulary.of(given.texts)
        sparse = regress(_gram_rows(vocabulary, given.texts), truth, labels=len(labels), c=gram_c)
    return Head(
        labels=tuple(str(label) for label in labels),
        centre=centre,
        dense=Linear(*dense),
        vocabulary=vocabulary,
        sparse=Linear(*sparse),
        nearest=Nearest.of(given.vectors - centre, truth),
        trust=UNTESTED if by_grams else (UNTESTED[0], 0.0, UNTESTED[2]),
        shortest=_shortest(given, truth, len(labels)),
        none=NEVER,
    )


def _shortest(given: Examples, truth: npt.NDArray[np.int64], labels: int) -> Floats:
    found = np.zeros(labels) if not len(given.texts) else np.full(labels, np.inf)
    for text, label, named in zip(given.texts, truth, given.named, strict=False):
        if not named:
            found[label] = min(found[label], said(text))
    return np.where(np.isfinite(found), found, 0)


def _gram_rows(vocabulary: Vocabulary, texts: Sequence[str]) -> Any:
    from scipy.sparse import csr_matrix

    rows = [vocabulary.weighed(text) for text in texts]
    ends = np.cumsum([0, *(len(places) for places, _ in rows)])
    places, values = (np.concatenate(part) for part in zip(*rows, strict=True))
    return csr_matrix((values, places, ends), shape=(len(texts), len(vocabulary.names)))


def _folds(given: Examples) -> Iterator[tuple[Any, Any]]:
    """Rows to learn from and rows to be judged on; none where an intent has a single example."""
    from sklearn.model_selection import StratifiedKFold

    said, names = np.flatnonzero(~given.named), np.flatnonzero(given.named)
    fewest = int(np.unique(given.labels[said], return_counts=True)[1].min())
    if fewest < 2:
        return
    kept = StratifiedKFold(min(FOLDS, fewest), shuffle=True, random_state=0).split(said, given.labels[said])
    for turn, (seen, unseen) in enumerate(kept):
        if turn and len(said) >= MANY_EXAMPLES:
            return
        yield np.concatenate([said[seen], names]), said[unseen]


def _trust(learn: Learn, given: Examples, untested: Trust) -> Trust:
    """What each opinion is worth by the examples that its own learning did not see; `untested` where there are none."""
    held, truths = [], []
    for seen, unseen in _folds(given):
        head, part = learn(given.part(seen)), given.part(unseen)
        held.append(head.opinions(part.vectors, part.texts))
        truths.append(np.searchsorted(head.labels, part.labels))
    if not held:
        return untested
    return learnt([np.vstack(opinion) for opinion in zip(*held, strict=True)], np.concatenate(truths), untested)


def _none(learn: Learn, given: Examples) -> NoneOfThese:
    """Each fold learns without some of the examples and without a part of the intents, which then are strangers."""
    known, strange = [], []
    intents = np.random.default_rng(0).permutation(np.unique(given.labels))
    for turn, (seen, unseen) in enumerate(_folds(given)):
        left_out = np.isin(given.labels, intents[turn::FOLDS])
        if len(np.unique(given.labels[~left_out])) < 2 or not left_out[unseen].any():
            return NEVER
        head = learn(given.part(seen[~left_out[seen]]), by_grams=False)
        logits = head.dense.logits(scaled(given.vectors[unseen], head.centre))
        known.append(logits[~left_out[unseen]])
        strange.append(logits[left_out[unseen]])
    energies = [np.concatenate([energy(part) for part in parts]) for parts in (known, strange) if parts]
    return curve(*energies) if energies else NEVER
