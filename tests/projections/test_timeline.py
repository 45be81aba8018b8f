"""The timeline: a row for each contact an interaction concerns, one of them the main one."""

from datetime import timedelta
from uuid import UUID

from pydantic_core import from_json, to_json

from domain.interaction import Interaction, InteractionDeleted
from domain.record import Labels, Participant, People, Said, When
from projections.read_model import ROW, Projector
from projections.timeline.model import TIMELINE
from tests.domain.samples import ANN, CALL, DAY, HOUR, LOGGED, NOW, PLANNED, record
from tests.projections.given import ID, given, steps, with_content_in_every_row

BEN = UUID("550e8400-e29b-41d4-a716-446655440002")
BOTH = People(
    participants=(
        Participant(contact_id=BEN, name="Ben Low", email="Ben@Example.com"),
        Participant(contact_id=ANN),
        Participant(name="Carl"),
    )
)


def logged(**parts):
    return LOGGED.model_copy(update={"record": record(**parts)})


def amended(before, **parts):
    state = Interaction.evolve(None, before)
    (event,) = state.amend(state.record.model_copy(update=parts), NOW, may_plan=True)
    return event


def test_an_interaction_has_one_row_under_its_contact():
    row = given(LOGGED).row(TIMELINE)
    document = from_json(row.pop("document"))
    assert row == {
        "tenant": "1",
        "id": ID,
        "contact_id": ANN,
        "main": True,
        "number": 1,
        "at": NOW - HOUR,
        "kind": "call",
        "sentiment": None,
        "planned": False,
        "seconds": None,
        "tags": (),
        "people": (),
        "search": "wants a quote\nprice\ndates",
        "hidden": None,
        "restricted": (),
        "position": 1,
        "redacted": None,
    }
    assert document["id"] == str(ID)
    assert document["notes"] == "Wants a quote"


def test_a_participant_who_is_a_contact_has_a_row_of_keys_and_numbers():
    said = Said(notes="Secret", sentiment="positive")
    main, bens = given(logged(people=BOTH, said=said)).rows(TIMELINE)
    assert (main["contact_id"], main["main"]) == (ANN, True)
    assert main["people"] == ("ben low", "ben@example.com", "carl")
    assert bens == {
        "tenant": "1",
        "id": ID,
        "contact_id": BEN,
        "main": False,
        "number": 1,
        "at": NOW - HOUR,
        "kind": "call",
        "sentiment": "positive",
        "planned": False,
        "seconds": None,
        "position": 1,
    }


def test_a_participants_row_tells_nothing_that_a_restricted_tag_hides():
    said, hr = Said(notes="Secret", sentiment="positive"), Labels(restricted=("hr",))
    main, bens = given(logged(people=BOTH, said=said, labels=hr)).rows(TIMELINE)
    assert (main["sentiment"], bens["sentiment"]) == ("positive", None)


def size_of_rows(project: Projector, participants: int, notes: int) -> int:
    """The bytes of an interaction's rows, with so many contacts and characters."""
    ids = [UUID(int=number) for number in range(1, participants + 1)]
    people = People(participants=tuple(Participant(contact_id=each) for each in ids))
    event = logged(people=people, said=Said(notes="n" * notes))
    return sum(len(to_json(change)) for step in steps(event) for change in project(step))


def grows_with_participants_or_content(project: Projector) -> bool:
    """True if a record grows by its participants and its content, not by one times the other."""
    few, many, short, long = 100, 1_000, 1_000, 100_000
    alone = size_of_rows(project, few, long) - size_of_rows(project, few, short)
    return bool(size_of_rows(project, many, long) - size_of_rows(project, many, short) == alone)


def test_rows_of_participants_dont_grow_with_the_content():
    assert grows_with_participants_or_content(TIMELINE.project)
    assert size_of_rows(TIMELINE.project, 1_000, 0) < 1_000 * 2 * ROW


def test_content_in_every_row_is_found_by_its_growth():
    assert not grows_with_participants_or_content(with_content_in_every_row(TIMELINE))


def test_an_interaction_without_contact_has_a_main_row_under_none():
    alone = logged(people=BOTH).model_copy(update={"contact_id": None})
    rows = given(alone).rows(TIMELINE)
    assert [row["contact_id"] for row in rows if row["main"]] == [None]
    assert {row["contact_id"] for row in rows} == {None, ANN, BEN}


def test_an_amendment_replaces_every_row():
    first = logged(people=BOTH)
    row = given(first, amended(first, people=People(), said=Said(subject="Quote"))).row(TIMELINE)
    assert (row["contact_id"], row["search"], row["position"]) == (ANN, "quote", 2)
    assert from_json(row["document"])["updatedBy"]["name"] == "John Smith"


def test_a_deleted_interaction_has_no_row():
    assert given(logged(people=BOTH), InteractionDeleted(contact_id=ANN)).rows(TIMELINE) == []


def test_a_future_interaction_is_planned_until_changed_after_its_time():
    assert given(PLANNED).row(TIMELINE)["planned"]
    past = When(at=NOW - DAY)
    assert not given(PLANNED, amended(PLANNED, when=past)).row(TIMELINE)["planned"]


def test_an_end_or_a_duration_says_how_long_it_took():
    for when in (When(at=NOW, duration=90), When(at=NOW, ends_at=NOW + timedelta(seconds=90))):
        event = LOGGED.model_copy(update={"record": CALL.model_copy(update={"when": when})})
        assert given(event).row(TIMELINE)["seconds"] == 90


def test_a_restricted_record_is_searched_and_timed_as_redacted():
    secret = record(
        said=Said(notes="Secret", sentiment="negative"), labels=Labels(restricted=("hr",))
    )
    secret = secret.model_copy(update={"when": When(at=NOW, duration=60)})
    row = given(LOGGED.model_copy(update={"record": secret})).row(TIMELINE)
    assert (row["seconds"], row["search"], row["restricted"]) == (None, "", ("hr",))
    assert "secret" in row["hidden"]
    assert "Secret" in row["document"]
    assert "Secret" not in row["redacted"]
    assert from_json(row["redacted"])["redacted"] is True
