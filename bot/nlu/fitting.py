"""How a head is learnt from examples: two regressions, and on held-out folds how far to trust them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from bot.nlu.grams import Vocabulary
from bot.nlu.head import Head, Linear, log_softmax, scaled
from bot.nlu.none import NEVER, NoneOfThese, curve, energy
from bot.nlu.regression import Floats, regress

FOLDS: Final = 4
MANY_EXAMPLES: Final = 1_000
"""From here on one held-out fold says enough: the others would only cost time."""
SHARES: Final = (0.0, 0.15, 0.3, 0.5, 0.8)
TEMPERATURES: Final = np.geomspace(0.1, 2.0, 40)

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
    held = [_opinions(learn, given, seen, unseen) for seen, unseen in _folds(given)]
    share, temperature = _trust(held) if held else (SHARES[1] if len(given.texts) else 0.0, 1.0)
    return replace(learn(given, share=share), temperature=temperature, none=_none(learn, given))


def _fit(given: Examples, *, c: float, gram_c: float, share: float) -> Head:
    centre = given.vectors[~given.named].mean(axis=0)
    labels, truth = np.unique(given.labels, return_inverse=True)
    dense = regress(scaled(given.vectors, centre), truth, labels=len(labels), c=c)
    vocabulary, sparse = Vocabulary((), np.zeros(0)), (np.zeros((0, len(labels))), np.zeros(len(labels)))
    if share:
        vocabulary = Vocabulary.of(given.texts)
        sparse = regress(_gram_rows(vocabulary, given.texts), truth, labels=len(labels), c=gram_c)
    names = tuple(str(label) for label in labels)
    return Head(names, centre, Linear(*dense), vocabulary, Linear(*sparse), share, 1.0, NEVER)


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


@dataclass(frozen=True)
class _Opinions:
    """What the two parts say of held-out rows, and where the truth stands among the labels."""

    dense: Floats
    sparse: Floats
    truth: npt.NDArray[np.int64]


def _opinions(learn: Learn, given: Examples, seen: Any, unseen: Any) -> _Opinions:
    head = learn(given.part(seen), share=1.0 if len(given.texts) else 0.0)
    held = given.part(unseen)
    dense = log_softmax(head.dense.logits(scaled(held.vectors, head.centre)))
    sparse = np.zeros_like(dense)
    if head.share:
        sparse = log_softmax(head.sparse.logits(_gram_rows(head.vocabulary, held.texts)))
    return _Opinions(dense, sparse, np.searchsorted(head.labels, held.labels))


def _trust(held: Sequence[_Opinions]) -> tuple[float, float]:
    """The share of the grams and the temperature under which held-out rows are least surprising (log likelihood)."""
    dense, sparse = np.vstack([one.dense for one in held]), np.vstack([one.sparse for one in held])
    truth = np.concatenate([one.truth for one in held])
    shares = SHARES if sparse.any() else (0.0,)
    losses = {(share, at): _loss((dense + share * sparse) / at, truth) for share in shares for at in TEMPERATURES}
    share, temperature = min(losses, key=lambda pair: losses[pair])
    return share, float(temperature)


def _loss(scores: Floats, truth: npt.NDArray[np.int64]) -> float:
    return float(-log_softmax(scores)[np.arange(len(truth)), truth].mean())


def _none(learn: Learn, given: Examples) -> NoneOfThese:
    """Each fold learns without some of the examples and without a part of the intents, which then are strangers."""
    known, strange = [], []
    intents = np.random.default_rng(0).permutation(np.unique(given.labels))
    for turn, (seen, unseen) in enumerate(_folds(given)):
        left_out = np.isin(given.labels, intents[turn::FOLDS])
        if len(np.unique(given.labels[~left_out])) < 2 or not left_out[unseen].any():
            return NEVER
        head = learn(given.part(seen[~left_out[seen]]), share=0.0)
        logits = head.dense.logits(scaled(given.vectors[unseen], head.centre))
        known.append(logits[~left_out[unseen]])
        strange.append(logits[left_out[unseen]])
    energies = [np.concatenate([energy(part) for part in parts]) for parts in (known, strange) if parts]
    return curve(*energies) if energies else NEVER
