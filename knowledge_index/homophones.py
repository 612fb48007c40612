"""Chinese slips put right by their sound: an input method offers words by it, and the wrong one is easily taken.

Sounds are read without tones, and without the differences that many speakers do not make (z and zh, n and l, -n and
-ng). The table is pypinyin's; only its file is read, once.
"""

import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path

MOST_SLIPS = 3
LONGEST_RUN = 40
"""Characters: who writes more without a pause has told enough."""

_FILE = "pypinyin/pinyin_dict.json"
_USUAL_READINGS = 2
"""Of a character's readings, the usual ones stand first."""


def mended(run: str, known: Callable[[str], int]) -> str:
    """The run with characters exchanged that make no known pair with their neighbours, and by homophones that do.

    `known` says how often a pair of characters is used.
    """
    if len(run) > LONGEST_RUN:
        return run
    for _ in range(MOST_SLIPS):
        best = max(_exchanges(run, known), default=None)
        if best is None:
            break
        run = best[-1]
    return run


def _exchanges(run: str, known: Callable[[str], int]) -> Iterator[tuple[int, int, str]]:
    """How many known pairs an exchange makes, how often those are used, and the run with it."""
    for place, character in enumerate(run):
        if not any(map(known, _pairs(run, place))):
            for other in sounding_like(character):
                changed = run[:place] + other + run[place + 1 :]
                uses = [known(pair) for pair in _pairs(changed, place)]
                if any(uses):
                    yield sum(map(bool, uses)), sum(uses), changed


def _pairs(run: str, place: int) -> list[str]:
    """What the character makes with the one before it and with the one after."""
    return [run[start : start + 2] for start in (place - 1, place) if 0 <= start < len(run) - 1]


@lru_cache(maxsize=4_096)
def sounding_like(character: str) -> frozenset[str]:
    """The characters that may be heard in its place, itself left out."""
    sounds, characters = table()
    return frozenset(other for sound in sounds.get(character, ()) for other in characters[sound]) - {character}


@lru_cache(maxsize=1)
def table() -> tuple[Mapping[str, frozenset[str]], Mapping[str, list[str]]]:
    """The sounds of each usual character, and the characters of each sound. Reads a file at the first call."""
    stored = json.loads(Path(str(distribution("pypinyin").locate_file(_FILE))).read_text("utf-8"))
    sounds: dict[str, frozenset[str]] = {}
    characters: dict[str, list[str]] = defaultdict(list)
    for character in _usual():
        sounds[character] = frozenset(map(_sound, stored[str(ord(character))].split(",")[:_USUAL_READINGS]))
        for sound in sounds[character]:
            characters[sound].append(character)
    return sounds, characters


def _usual() -> str:
    """The characters of GB 2312: those that people on the mainland read and write."""
    return bytes(byte for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF) for byte in (row, cell)).decode(
        "gb2312", "ignore"
    )


def _sound(reading: str) -> str:
    bare = "".join(char for char in unicodedata.normalize("NFD", reading) if not unicodedata.combining(char))
    return re.sub("(?<=n)g$", "", re.sub("^l", "n", re.sub("^([zcs])h", r"\1", bare)))
