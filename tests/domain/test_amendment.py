"""An amendment sets fields by path; the rules of some paths depend on the record."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from domain.amendment import MOST_MINUTES, Start, Type, amended
from domain.changes import difference, patched
from domain.errors import Invalid
from domain.kinds import Kind
from domain.record import Labels, Participant, People, Record, Said, When
from tests.domain import anything
from tests.domain.samples import CALL, HOUR, NOW, record

EMAIL = Type(Kind.EMAIL, "email", frozenset({Kind.EMAIL, Kind.QUOTE}))


@for_any(anything.records(), anything.records())
def test_the_fields_of_another_record_make_that_record(one: Record, other: Record):
    assert amended(one, dict(other)) == other


@for_any(anything.records(), st.none() | st.text(max_size=5))
def test_a_field_is_set_and_all_others_stay(old: Record, notes: str | None):
    new = amended(old, {"said.notes": notes})
    assert new.said.notes == notes
    assert difference(old, new).keys() <= {"said.notes"}


@pytest.mark.parametrize("path", ["nickname", "said.nickname", "nick.name"])
def test_a_path_that_leads_nowhere_is_an_error(path):
    with pytest.raises(KeyError):
        patched(CALL, {path: "A"})


def test_a_type_leaves_kinds_with_the_same_word_as_they_are():
    quote = CALL.model_copy(update={"kind": Kind.QUOTE, "word": "offer"})
    assert amended(quote, {"type": EMAIL}) == quote
    mail = amended(CALL, {"type": EMAIL})
    assert (mail.kind, mail.word) == (Kind.EMAIL, "email")


def test_a_start_moves_a_record_that_takes_as_long_as_before():
    met = record().model_copy(update={"when": When(at=NOW, ends_at=NOW + HOUR, written="today")})
    moved = amended(met, {"when.start": Start(NOW - HOUR, whole_day=True)}).when
    assert moved == When(at=NOW - HOUR, ends_at=NOW, whole_day=True)


def test_an_end_that_would_lie_after_the_year_9999_becomes_a_duration():
    met = record().model_copy(update={"when": When(at=NOW, ends_at=NOW + 1.5 * HOUR, duration=7)})
    late = datetime(9999, 12, 31, 23, tzinfo=UTC)
    moved = amended(met, {"when.start": Start(late)})
    assert moved.when == When(at=late, duration=5400)
    assert moved.when.end is None
    assert amended(moved, {"when.start": Start(NOW)}).when.end == NOW + 1.5 * HOUR


@for_any(anything.records(), st.booleans())
def test_the_start_that_a_record_has_changes_nothing(old: Record, whole_day: bool):
    assert amended(old, {"when.start": Start(old.when.at, whole_day)}) == old


@for_any(anything.records())
def test_the_minutes_that_a_record_has_change_nothing(old: Record):
    assert amended(old, {"when.minutes": old.when.minutes}) == old


@for_any(anything.records(), st.integers(1, MOST_MINUTES))
def test_minutes_are_how_long_it_took(old: Record, minutes: int):
    assert amended(old, {"when.minutes": minutes}).when.minutes == minutes


@pytest.mark.parametrize("minutes", [0, MOST_MINUTES + 1])
def test_minutes_out_of_range_are_refused_unless_a_record_has_them(minutes):
    with pytest.raises(Invalid):
        amended(CALL, {"when.minutes": minutes})
    same = patched(CALL, {"when.duration": minutes * 60 + 29})
    assert amended(same, {"when.minutes": minutes}) == same


def test_new_minutes_replace_an_end():
    met = patched(CALL, {"when.ends_at": CALL.when.at + timedelta(minutes=90)})
    when = amended(met, {"when.minutes": 30}).when
    assert (when.ends_at, when.duration) == (None, 1800)


def test_participants_that_read_alike_stay_as_they_are():
    met = patched(CALL, {"people": People(lead="Bo", participants=(Participant(),))})
    assert amended(met, {"people.participants": (Participant(name=""),)}) == met
    ann = (Participant(name="Ann"),)
    assert amended(met, {"people.participants": ann}).people == People(lead="Bo", participants=ann)


def test_restricted_tags_are_added_and_never_taken_away():
    secret = patched(CALL, {"labels": Labels(tags=("vip",), restricted=("tax",))})
    labels = amended(secret, {"labels.restricted": ("visa", "tax")}).labels
    assert labels == Labels(tags=("vip",), restricted=("tax", "visa"))
    assert amended(secret, {"labels.restricted": ()}) == secret


def test_fields_without_a_rule_are_set_last():
    fields = {"when.whole_day": True, "when.start": Start(NOW), "said": Said(notes="Later")}
    new = amended(CALL, fields)
    assert (new.when, new.said) == (When(at=NOW, whole_day=True), Said(notes="Later"))
