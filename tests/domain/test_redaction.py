"""What restricted tags hide can't be destroyed by who doesn't see it (71d431a81ede60c8)."""

from typing import Any

import pytest
from hypothesis import given as for_any

from domain.record import FollowUp, Record, Said, Service, When
from domain.redaction import HIDDEN, Hidden, keep_hidden
from tests.domain import anything
from tests.domain.samples import HOUR, NOW, record

SECRET = record(
    said=Said(description="Visa", topics=("status",)),
    service=Service(service_id=13),
    follow_up=FollowUp(needed=True, notes="Call the consulate"),
)


def as_seen(old: Record) -> Record:
    """The record as who sees it redacted would send it back."""
    update = {}
    for part, leaves in HIDDEN.items():
        empty = type(getattr(old, part))()
        kept = {leaf: getattr(empty, leaf) for leaf in leaves}
        update[part] = getattr(old, part).model_copy(update=kept)
    when = old.when.model_copy(update={"duration": None, "ends_at": None})
    return old.model_copy(update=update | {"when": when, "mail": None})


@for_any(anything.records())
def test_what_was_read_redacted_can_be_sent_back_and_nothing_is_lost(old: Record):
    assert keep_hidden(old, as_seen(old)) == old


@for_any(anything.records())
def test_what_is_not_hidden_can_be_changed(old: Record):
    new = as_seen(old).model_copy(update={"kind": "note", "word": "memo"})
    assert keep_hidden(old, new) == old.model_copy(update={"kind": "note", "word": "memo"})


@pytest.mark.parametrize(
    "part",
    [
        {"said": Said(description="Tax")},
        {"said": Said(topics=("tax",))},
        {"service": Service(service_id=14)},
        {"follow_up": FollowUp(notes="Call nobody")},
        {"when": When(at=SECRET.when.at, duration=60)},
    ],
)
def test_what_is_hidden_cant_be_overwritten_unseen(part: dict[str, Any]):
    with pytest.raises(Hidden):
        keep_hidden(SECRET, as_seen(SECRET).model_copy(update=part))


def test_a_restricted_record_may_be_moved_and_takes_as_long_as_it_did():
    old = SECRET.model_copy(update={"when": When(at=NOW - HOUR, ends_at=NOW)})
    moved = old.model_copy(update={"when": When(at=NOW - 3 * HOUR)})
    assert keep_hidden(old, moved).when == When(at=NOW - 3 * HOUR, ends_at=NOW - 2 * HOUR)
