"""Case folding of texts and search terms.

"strasse" finds "Straße", and a composed accent equals a decomposed one.
"""

from collections.abc import Sequence
from unicodedata import normalize

SEPARATOR = "\x1f"
"""Separates the fields of a folded record; no field contains a separator."""


def fold(text: str) -> str:
    """The folded text. A part of a text folds to a part of the result, unless it cuts an accent in
    two."""
    if text.isascii():
        return text.lower().replace(SEPARATOR, " ")
    composed = normalize("NFC", text.replace(SEPARATOR, " "))
    return normalize("NFC", composed.casefold())


def fold_all(texts: Sequence[str]) -> str:
    """The folded texts, joined by the separator."""
    if any(SEPARATOR in text or not text.isascii() for text in texts):
        return SEPARATOR.join(map(fold, texts))
    return SEPARATOR.join(texts).lower()
