"""Content under restricted tags is hidden, and never overwritten unseen (the clients document)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from pydantic import BaseModel

from domain.changes import difference
from domain.interaction import InteractionAmended
from domain.kinds import Kind, Sentiment
from domain.meeting import MeetingRescheduled
from domain.record import (
    Answer,
    FollowUp,
    Labels,
    Place,
    Rapport,
    Record,
    Said,
    Service,
    TacticUse,
    When,
)
from domain.redacted_events import redacted_event, withheld_event
from domain.redaction import (
    Hidden,
    is_hidden,
    is_hidden_path,
    keep_hidden,
    leaves_hidden,
    redacted,
    withheld,
)
from tests.domain import anything
from tests.domain.samples import ANN, HOUR, NOW, record

SECRET = record(
    said=Said(description="Visa", topics=("status",)),
    service=Service(service_id=13),
    follow_up=FollowUp(needed=True, notes="Call the consulate"),
    labels=Labels(tags=("vip",), restricted=("immigration",)),
)


# What is hidden


def test_a_redacted_record_hides_content_service_and_duration():
    view = redacted(SECRET.model_copy(update={"when": When(at=NOW - HOUR, duration=60)}))
    assert view.said == Said()
    assert view.service == Service()
    assert view.follow_up == FollowUp(needed=True)
    assert view.when == When(at=NOW - HOUR)


def test_a_redacted_record_shows_people_time_place_and_kind():
    place = Place(location="CUOffice", medium="phone")
    view = redacted(SECRET.model_copy(update={"place": place}))
    assert (view.kind, view.word, view.when.at) == (Kind.CALL, "call", SECRET.when.at)
    assert (view.place, view.people, view.labels) == (place, SECRET.people, SECRET.labels)


@for_any(anything.records(), anything.records())
def test_a_redacted_amendment_has_the_changes_of_the_redacted_views(old: Record, new: Record):
    event = redacted_event(InteractionAmended(changes=difference(old, new)))
    assert isinstance(event, InteractionAmended)
    seen = difference(redacted(old), redacted(new))
    assert list(event.changes.items()) == list(seen.items())


@for_any(anything.appointments, anything.appointments)
def test_a_redacted_reschedule_has_the_changes_of_the_redacted_views(old, new):
    changes = difference(old, new)
    event = redacted_event(MeetingRescheduled(contact_id=ANN, changes=changes))
    assert isinstance(event, MeetingRescheduled)
    seen = difference(old.redacted, new.redacted)
    assert list(event.changes.items()) == list(seen.items())


OPEN = {
    "kind", "word", "at", "zone", "written", "whole_day", "location", "medium", "needed", "due",
    "lead", "participants", "tags", "restricted",
}  # fmt: skip


@for_any(anything.records())
def test_a_new_field_of_a_record_is_hidden_unless_it_is_named_here(old: Record):
    """A new field stays hidden until `OPEN` names it."""
    for name, value in leaves(redacted(old)):
        assert name in OPEN or value in (None, ()), name


@for_any(anything.records())
def test_a_withheld_record_shows_its_kind_and_when_it_began(old: Record):
    left = {name: value for name, value in leaves(withheld(old)) if value not in (None, (), False)}
    assert left == {"kind": old.kind, "at": old.when.at}


@for_any(anything.records(), anything.records())
def test_a_withheld_amendment_tells_no_change(old: Record, new: Record):
    changes = difference(old, new)
    amended = InteractionAmended(contact_id=ANN, changes=changes)
    assert withheld_event(amended) == InteractionAmended(contact_id=ANN, changes={})


def leaves(value: BaseModel) -> Iterator[tuple[str, Any]]:
    for name in type(value).model_fields:
        item = getattr(value, name)
        if isinstance(item, BaseModel):
            yield from leaves(item)
        else:
            yield name, item


@pytest.mark.parametrize(
    ("restricted", "opened", "hidden"),
    [
        ((), (), False),
        ((), ("tax",), False),
        (("tax",), (), True),
        (("tax",), ("immigration",), True),
        (("tax",), ("immigration", "tax"), False),
        (("tax", "immigration"), ("tax",), True),
    ],
)
def test_a_record_is_hidden_until_every_restricted_tag_is_opened(
    restricted: tuple[str, ...], opened: tuple[str, ...], hidden: bool
):
    what = record(labels=Labels(restricted=restricted))
    assert is_hidden(what, opened) is hidden


# What who doesn't see it may change


@for_any(anything.records())
def test_a_redacted_read_sent_back_loses_nothing(old: Record):
    old = without_repeated_tags(old)
    assert keep_hidden(old, redacted(old)) == old
    assert keep_hidden(old, redacted(old), may_set=True) == old


@for_any(anything.records(), st.sampled_from(Kind), anything.words)
def test_open_fields_can_be_changed(old: Record, kind: Kind, word: str):
    old = without_repeated_tags(old)
    changes = {"kind": kind, "word": word, "place": Place(location=word)}
    assert keep_hidden(old, redacted(old).model_copy(update=changes)) == old.model_copy(
        update=changes
    )


def without_repeated_tags(old: Record) -> Record:
    restricted = tuple(dict.fromkeys(old.labels.restricted))
    labels = old.labels.model_copy(update={"restricted": restricted})
    return old.model_copy(update={"labels": labels})


@pytest.mark.parametrize(
    "part",
    [
        {"said": Said(subject="Tax")},
        {"said": Said(description="Tax")},
        {"said": Said(notes="Tax")},
        {"said": Said(outcome="Tax")},
        {"said": Said(topics=("tax",))},
        {"said": Said(sentiment=Sentiment.NEUTRAL)},
        {"service": Service(service_id=14)},
        {"service": Service(answers=(Answer(question_id=123, answer=6),))},
        {"follow_up": FollowUp(notes="Call nobody")},
        {"follow_up": FollowUp(action="Call nobody")},
        {"rapport": Rapport(score=1)},
        {"rapport": Rapport(non_verbal="Frowns")},
        {"rapport": Rapport(tactics=(TacticUse(tactic_id="5" * 32),))},
        {"when": When(at=SECRET.when.at, duration=60)},
        {"when": When(at=SECRET.when.at, duration=0)},
        {"when": When(at=SECRET.when.at, ends_at=NOW)},
    ],
    ids=str,
)
def test_hidden_fields_cant_be_overwritten_unseen(part: dict[str, Any]):
    with pytest.raises(Hidden):
        keep_hidden(SECRET, redacted(SECRET).model_copy(update=part))


@pytest.mark.parametrize("part", ["said", "service", "follow_up"])
def test_a_guess_of_a_hidden_field_is_refused_even_if_right(part: str):
    guess = redacted(SECRET).model_copy(update={part: getattr(SECRET, part)})
    with pytest.raises(Hidden):
        keep_hidden(SECRET, guess)


def test_a_trusted_caller_sets_named_hidden_fields_and_keeps_the_rest():
    when = When(at=SECRET.when.at, duration=60)
    named = {"said": Said(description="Tax"), "when": when}
    kept = keep_hidden(SECRET, redacted(SECRET).model_copy(update=named), may_set=True)
    said = Said(description="Tax", topics=("status",))
    assert kept == SECRET.model_copy(update={"said": said, "when": when})


def test_a_restricted_record_may_be_moved_and_takes_as_long_as_it_did():
    old = SECRET.model_copy(update={"when": When(at=NOW - HOUR, ends_at=NOW, duration=60)})
    moved = redacted(old).model_copy(update={"when": When(at=NOW - 3 * HOUR)})
    assert keep_hidden(old, moved).when == When(
        at=NOW - 3 * HOUR, ends_at=NOW - 2 * HOUR, duration=60
    )


@for_any(anything.records(), st.datetimes(timezones=st.just(UTC)))
def test_a_restricted_record_may_be_moved_to_any_instant_whatever_it_hides(
    old: Record, at: datetime
):
    old = old.model_copy(update={"labels": Labels(restricted=("tax",))})
    moved = redacted(old).model_copy(update={"when": When(at=at)})
    kept = keep_hidden(old, moved)
    assert redacted(kept) == moved
    assert kept.when.seconds == old.when.seconds


@for_any(anything.records(), anything.records())
def test_a_record_leaves_what_is_hidden_if_that_reads_the_same_to_who_sees_it(
    old: Record, new: Record
):
    tagged = old.model_copy(update={"labels": Labels(restricted=("tax",))})
    unseen = keep_hidden(tagged, redacted(new))
    assert leaves_hidden(tagged, unseen)
    assert not leaves_hidden(old.model_copy(update={"labels": Labels()}), unseen)
    changed = [path for path in difference(tagged, new) if is_hidden_path(path)]
    hidden_but_time = [path for path in changed if not path.startswith("when.")]
    assert leaves_hidden(tagged, new) is (not hidden_but_time)


def test_a_tag_may_be_added_but_none_taken_off_unseen():
    labels = Labels(tags=("new",), restricted=("tax",))
    kept = keep_hidden(SECRET, redacted(SECRET).model_copy(update={"labels": labels}))
    assert kept.labels == Labels(tags=("new",), restricted=("immigration", "tax"))
