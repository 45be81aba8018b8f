"""Redaction: restricted tags hide a record's content, and a hidden field can't be overwritten.

A caller who hasn't opened all of a record's restricted tags gets its redacted view, in which hidden
fields are empty: the record is shown, searched, counted and amended as that view (the clients
document, Redaction).
"""

from collections.abc import Collection, Iterator
from typing import Any

from domain.errors import Refusal
from domain.event import Value
from domain.record import FollowUp, Rapport, Record, Said, Service, When

HIDDEN: dict[str, tuple[Value, tuple[str, ...]]] = {
    "said": (Said(), tuple(Said.model_fields)),
    "follow_up": (FollowUp(), ("notes", "action")),
    "rapport": (Rapport(), tuple(Rapport.model_fields)),
    "service": (Service(), tuple(Service.model_fields)),
}
"""The hidden fields of each part of a record, with the part's empty value. Two fields are hidden
besides: how long the interaction took, and a mail's place in its conversation."""


def _hidden_paths() -> Iterator[str]:
    yield from ("when.endsAt", "when.duration")
    for part, (empty, leaves) in HIDDEN.items():
        for leaf in leaves:
            names = Record.model_fields[part].alias, type(empty).model_fields[leaf].alias
            yield ".".join(map(str, names))


HIDDEN_PATHS = frozenset(_hidden_paths())


def is_hidden_path(path: str) -> bool:
    """True if the redacted view hides the field that has this path in an event of changes."""
    return path in HIDDEN_PATHS or path.partition(".")[0] == "mail"


class Hidden(Refusal):
    """The caller would overwrite what a restricted tag hides from them."""

    code = "restricted"


def is_hidden(record: Record, open_tags: Collection[str]) -> bool:
    """True if a reader who opened these tags gets the redacted view."""
    return not set(record.labels.restricted) <= set(open_tags)


def redacted(record: Record) -> Record:
    """The view for readers who haven't opened all of the record's restricted tags."""
    when = record.when.model_copy(update={"ends_at": None, "duration": None})
    update: dict[str, Any] = {"mail": None, "when": when}
    for part, (empty, leaves) in HIDDEN.items():
        nothing = {leaf: getattr(empty, leaf) for leaf in leaves}
        update[part] = getattr(record, part).model_copy(update=nothing)
    return record.model_copy(update=update)


def withheld(record: Record) -> Record:
    """The rest of a deleted record: its kind, and when it began."""
    return Record(kind=record.kind, when=When(at=record.when.at))


def keep_hidden(old: Record, revised: Record, *, may_set: bool = False) -> Record:
    """The record after its redacted view was revised: every hidden field keeps its value.

    A hidden field reads as empty, so an empty value leaves the field alone. Any other value would
    overwrite a value that the caller couldn't see, and is refused even if both are equal: otherwise
    the value could be guessed. `may_set` is True for a caller with permission to open the tags, who
    sets the field. Raises Hidden.
    """
    update: dict[str, Any] = {"mail": old.mail, "when": _when(old.when, revised.when, may_set)}
    for part, (_, leaves) in HIDDEN.items():
        was, given = getattr(old, part), getattr(revised, part)
        kept = {leaf: getattr(was, leaf) for leaf in leaves if _left_alone(given, leaf, may_set)}
        update[part] = given.model_copy(update=kept)
    tags = dict.fromkeys((*old.labels.restricted, *revised.labels.restricted))
    update["labels"] = revised.labels.model_copy(update={"restricted": tuple(tags)})
    return revised.model_copy(update=update)


def leaves_hidden(old: Record, revised: Record) -> bool:
    """True if a restricted record was revised, and what it hides stays as it was. The end may move
    with the start."""
    stays = old.mail == revised.mail and all(
        getattr(getattr(old, part), leaf) == getattr(getattr(revised, part), leaf)
        for part, (_, leaves) in HIDDEN.items()
        for leaf in leaves
    )
    return stays and bool(old.labels.restricted)


def _left_alone(given: Value, leaf: str, may_set: bool) -> bool:
    if getattr(given, leaf) in (None, ()):
        return True
    if may_set:
        return False
    raise Hidden("The record is restricted; its content can't be changed unseen.")


def _when(was: When, given: When, may_set: bool) -> When:
    """The time of a record that may be moved, but takes as long as before."""
    if not _left_alone(given, "seconds", may_set):
        return given
    moved = was.moved(given.at)
    return given.model_copy(update={"ends_at": moved.ends_at, "duration": moved.duration})
