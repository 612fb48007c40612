"""spaCy's matcher, imported without the torch that spaCy would load where it is installed (2 s and 180 MB).

A process that has torch already keeps it; nothing is hidden from imports that come later.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _torch_hidden() -> Iterator[None]:
    if "torch" in sys.modules:
        yield
        return
    # None makes `import torch` raise ModuleNotFoundError, which spaCy's backend takes for "not installed".
    sys.modules["torch"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["torch"]


with _torch_hidden():
    import spacy
    from spacy.matcher import Matcher
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

__all__ = ["Doc", "Matcher", "Vocab", "blank_vocab"]


def blank_vocab() -> Vocab:
    vocab: Vocab = spacy.blank("en").vocab
    return vocab
