"""Text as it is compared where case doesn't matter.

Whoever searches types a name as they hear it: "strasse" is to find "Straße", and an accent that is
one character here and two there is the same accent.
"""

from collections.abc import Sequence
from unicodedata import normalize

SEPARATOR = "\x1f"
"""Stands between the fields of a folded record, and never within one."""


def fold(text: str) -> str:
    """The text in its folded form. Its parts fold to parts of it, but for accents cut in two."""
    if text.isascii():
        return text.lower().replace(SEPARATOR, " ")
    composed = normalize("NFC", text.replace(SEPARATOR, " "))
    return normalize("NFC", composed.casefold())


def fold_all(texts: Sequence[str]) -> str:
    """Texts in their folded forms, with the separator between them."""
    if any(SEPARATOR in text or not text.isascii() for text in texts):
        return SEPARATOR.join(map(fold, texts))
    return SEPARATOR.join(texts).lower()


def containing(term: str) -> str:
    """A LIKE pattern for folded texts that contain a term."""
    escaped = fold(term).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
