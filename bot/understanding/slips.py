"""Words of danger as haste writes them: a letter left out, doubled or out of turn, and the g of an -ing dropped.

Only words that no rule knows are put right, and only by the list of `function_words.yml`: a support bot that corrects
everything hears a smoke in every smock.
"""

from collections.abc import Iterator
from functools import lru_cache

from bot.understanding.vocabulary import vocabulary
from bot.understanding.words import Word


def righted(word: Word, known: frozenset[str]) -> Word:
    """`word`, or what was meant where it is a slip that we know. Its place stays."""
    return word if word.text in known else word._replace(text=_slips().get(word.text, word.text))


@lru_cache(maxsize=1)
def _slips() -> dict[str, str]:
    listed = vocabulary()
    return {slip: word for word in listed.often_misspelt for slip in _of(word) if slip not in listed.no_slips}


def _of(word: str) -> Iterator[str]:
    """The slips of a word. Its first letter is never left out: that is how `sparks` would become `parks`."""
    if word.endswith("ing"):
        yield word[:-1]
    for place in range(1, len(word)):
        yield word[:place] + word[place + 1 :]
        yield word[:place] + word[place] + word[place:]
    for place in range(len(word) - 1):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
