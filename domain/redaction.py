"""What restricted tags hide of a record, and why nobody destroys what they could not see.

Who hasn't opened all of a record's restricted tags works on a view of it, in which what is hidden
is empty: it is shown, searched, counted and amended as that view (the clients document,
Redaction).
"""

from collections.abc import Collection
from typing import Any

from domain.errors import Refusal
from domain.event import Value
from domain.record import FollowUp, Rapport, Record, Said, Service, When

HIDDEN = {
    "said": (Said(), tuple(Said.model_fields)),
    "follow_up": (FollowUp(), ("notes", "action")),
    "rapport": (Rapport(), tuple(Rapport.model_fields)),
    "service": (Service(), tuple(Service.model_fields)),
}
"""What was said, what is to happen, how it felt and what service it was: the empty value of each
part of a record, and which of its fields are hidden. How long it took is hidden beside these, and
where a mail stands in its conversation."""


class Hidden(Refusal):
    """The caller would overwrite what a restricted tag hides from them."""

    code = "restricted"


def is_hidden(record: Record, open_tags: Collection[str]) -> bool:
    """Whether a reader who opened these tags sees only the redacted view."""
    return not set(record.labels.restricted) <= set(open_tags)


def redacted(record: Record) -> Record:
    """The view of who hasn't opened the record's restricted tags."""
    when = record.when.model_copy(update={"ends_at": None, "duration": None})
    update: dict[str, Any] = {"mail": None, "when": when}
    for part, (empty, leaves) in HIDDEN.items():
        nothing = {leaf: getattr(empty, leaf) for leaf in leaves}
        update[part] = getattr(record, part).model_copy(update=nothing)
    return record.model_copy(update=update)


def keep_hidden(old: Record, revised: Record, *, may_set: bool = False) -> Record:
    """The record after somebody revised its redacted view: everything hidden is as it was.

    What is hidden reads as nothing, so nothing leaves it alone. Anything else would overwrite what
    the caller couldn't see, and is refused even if it is equal: otherwise one could guess until it
    is. Only who `may_set` it, because they might have opened it, does. Raises Hidden.
    """
    update: dict[str, Any] = {"mail": old.mail, "when": _when(old.when, revised.when, may_set)}
    for part, (_, leaves) in HIDDEN.items():
        was, given = getattr(old, part), getattr(revised, part)
        kept = {leaf: getattr(was, leaf) for leaf in leaves if _left_alone(given, leaf, may_set)}
        update[part] = given.model_copy(update=kept)
    tags = dict.fromkeys((*old.labels.restricted, *revised.labels.restricted))
    update["labels"] = revised.labels.model_copy(update={"restricted": tuple(tags)})
    return revised.model_copy(update=update)


def _left_alone(given: Value, leaf: str, may_set: bool) -> bool:
    if getattr(given, leaf) in (None, ()):
        return True
    if may_set:
        return False
    raise Hidden("The record is restricted; its content can't be changed unseen.")


def _when(was: When, given: When, may_set: bool) -> When:
    """It may be moved, but takes as long as it did."""
    if not _left_alone(given, "seconds", may_set):
        return given
    ends_at = None if was.ends_at is None else was.moved(given.at).ends_at
    return given.model_copy(update={"ends_at": ends_at, "duration": was.duration})
