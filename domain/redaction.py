"""What restricted tags hide of a record, and why nobody destroys what they could not see.

(71d431a81ede60c8: tags control whether information is redacted.)
"""

from typing import Any

from domain.errors import Refusal
from domain.record import Rapport, Record, Said, Service, When

HIDDEN = {
    "said": tuple(Said.model_fields),
    "follow_up": ("notes", "action"),
    "rapport": tuple(Rapport.model_fields),
    "service": tuple(Service.model_fields),
}
"""What was said, what is to happen, how it felt and what service it was; and how long it took."""


class Hidden(Refusal):
    """The caller would overwrite what a restricted tag hides from them."""

    code = "restricted"


def keep_hidden(old: Record, new: Record) -> Record:
    """The new record with everything hidden as it was.

    What is hidden reads as null, so null leaves it alone. Anything else would overwrite what the
    caller couldn't see: raises Hidden.
    """
    update: dict[str, Any] = {"mail": old.mail, "when": _when(old.when, new.when)}
    for part, leaves in HIDDEN.items():
        was, given = getattr(old, part), getattr(new, part)
        kept = {leaf: _kept(getattr(was, leaf), getattr(given, leaf)) for leaf in leaves}
        update[part] = given.model_copy(update=kept)
    return new.model_copy(update=update)


def _kept(was: object, given: object) -> object:
    if given not in (None, (), was):
        raise Hidden("The record is restricted; its content can't be changed unseen.")
    return was


def _when(was: When, given: When) -> When:
    """It may be moved, but takes as long as it did."""
    _kept(was.seconds, given.seconds)
    ends_at = None if was.ends_at is None else given.at + (was.ends_at - was.at)
    return given.model_copy(update={"ends_at": ends_at, "duration": was.duration})
