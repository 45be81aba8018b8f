"""A meeting written into a text that is there: everything else stays byte for byte."""

from datetime import timedelta

import pytest
import vobject

from infrastructure.calendars.icalendar.opened import NotThere
from infrastructure.calendars.icalendar.patching import patched
from infrastructure.calendars.icalendar.reading import read
from infrastructure.calendars.icalendar.writing import written
from infrastructure.calendars.port import Occurrence, Wanted
from tests.infrastructure.calendars.icalendar.calendars import (
    SAMPLES,
    WINDOW,
    at,
    calendar,
    readable,
)
from tests.infrastructure.calendars.icalendar.test_writing import MEETING, MEETING_AT_NINE, NOW


def wanted_of(occurrence: Occurrence, **changes) -> Wanted:
    """The meeting as the calendar has it, but for these changes."""
    stands = Wanted(
        meeting=MEETING,
        uid=occurrence.uid,
        start=occurrence.start,
        ends_at=occurrence.ends_at,
        zone=occurrence.zone,
        whole_day=occurrence.whole_day,
        title=occurrence.title,
        place=occurrence.place,
        agenda=(),
        significant=False,
        recurrence=occurrence.recurrence,
    )
    return stands._replace(**changes)


def changed_lines(before: bytes, after: bytes) -> tuple[set[bytes], set[bytes]]:
    """The lines that went, and those that came."""
    was, now = set(before.split(b"\r\n")), set(after.split(b"\r\n"))
    return was - now, now - was


def test_a_moved_event_keeps_what_others_wrote():
    (stands,) = readable(SAMPLES["outlook"]).occurrences
    wanted = wanted_of(
        stands,
        start=stands.start + timedelta(hours=2),
        ends_at=stands.start + timedelta(hours=3),
        significant=True,
    )
    text = patched(SAMPLES["outlook"], wanted, NOW)

    went, came = changed_lines(SAMPLES["outlook"], text)
    assert {each.split(b":")[0].split(b";")[0] for each in came if not each.startswith(b" ")} == {
        b"DTSTART",
        b"DTEND",
        b"DTSTAMP",
        b"SEQUENCE",
        b"ATTENDEE",
        b"ORGANIZER",
    }
    assert b"DTSTART;TZID=W. Europe Standard Time:20261201T110000" in came
    assert b"SEQUENCE:4" in came
    assert b"SUMMARY;LANGUAGE=de-DE:Angebot besprechen" in text
    assert text.count(b"BEGIN:VALARM") == 1
    (moved,) = readable(text).occurrences
    assert moved == stands._replace(start=wanted.start, ends_at=wanted.ends_at, sequence=4)
    assert len(went) == len(came)


def test_nobody_is_told_by_the_server():
    (stands,) = readable(SAMPLES["outlook"]).occurrences
    text = patched(SAMPLES["outlook"], wanted_of(stands), NOW)
    event = vobject.readOne(text.decode()).vevent

    assert event.attendee.params["SCHEDULE-AGENT"] == ["CLIENT"]
    assert event.organizer.params["SCHEDULE-AGENT"] == ["CLIENT"]
    assert event.attendee.params["CN"] == ["Byron, Ada"]
    assert event.attendee.params["PARTSTAT"] == ["TENTATIVE"]
    assert patched(text, wanted_of(stands), NOW) == text, "and once is enough"


def test_the_servers_own_agent_is_replaced():
    text = calendar(
        "UID:1\nDTSTART:20261201T100000Z\nATTENDEE;SCHEDULE-AGENT=SERVER;SCHEDULE-FORCE-SEND="
        "REQUEST;CN=G:mailto:g@example.net"
    )
    (stands,) = readable(text).occurrences
    assert b"ATTENDEE;CN=G;SCHEDULE-AGENT=CLIENT:mailto:g@example.net\r\n" in patched(
        text, wanted_of(stands), NOW
    )


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_meeting_that_stands_as_wanted_changes_its_stamps_only(sample):
    for stands in readable(SAMPLES[sample]).occurrences:
        known = stands.recurrence is None or sample == "icloud"
        text = patched(SAMPLES[sample], wanted_of(stands), NOW)
        after = {each.recurrence: each for each in readable(text).occurrences}
        again = after[stands.recurrence]
        assert again._replace(changed_at=None, cancelled=False) == stands._replace(
            changed_at=None, cancelled=False
        )
        assert len(after) == len(readable(SAMPLES[sample]).occurrences)
        assert known or text.count(b"BEGIN:VALARM") == SAMPLES[sample].count(b"BEGIN:VALARM")


def test_an_occurrence_moves_alone():
    first, *_ = before = readable(SAMPLES["icloud"]).occurrences
    moved_to = first.start + timedelta(days=1)
    wanted = wanted_of(
        first, start=moved_to, ends_at=moved_to + timedelta(hours=1), significant=True
    )
    text = patched(SAMPLES["icloud"], wanted, NOW)

    assert b"RECURRENCE-ID;TZID=America/New_York:20261102T123000\r\n" in text
    assert text.count(b"RRULE:FREQ=MONTHLY") == 1
    assert text.count(b"BEGIN:VALARM") == 2
    after = readable(text).occurrences
    assert [each.start for each in after] == [moved_to, *(each.start for each in before[1:])]
    assert (after[0].recurrence, after[0].sequence) == (first.recurrence, 1)
    assert after[0].title == "Lunch ☕"
    both = list(vobject.readOne(text.decode()).vevent_list)
    assert [str(each.dtstart.value) for each in both] == [
        "2026-11-02 12:30:00-05:00",
        "2026-11-03 12:30:00-05:00",
    ]

    back = patched(text, wanted_of(first, significant=True), NOW)
    assert [each.start for each in readable(back).occurrences] == [each.start for each in before]
    assert back.count(b"BEGIN:VEVENT") == 2, "the exception is changed, not added again"


def test_an_occurrence_that_was_left_out_comes_back():
    found = readable(SAMPLES["google"]).occurrences
    left_out = at(2026, 11, 9, 8, 30)
    wanted = wanted_of(
        found[0], recurrence=left_out, start=left_out, ends_at=left_out + timedelta(minutes=45)
    )
    text = patched(SAMPLES["google"], wanted, NOW)

    assert b"EXDATE" not in text
    assert left_out in [each.start for each in readable(text).occurrences]


def test_a_cancelled_occurrence_comes_back():
    cancelled = readable(SAMPLES["google"]).occurrences[2]
    text = patched(SAMPLES["google"], wanted_of(cancelled, significant=True), NOW)
    again = readable(text).occurrences[2]
    assert (again.cancelled, again.sequence) == (False, 3)


def test_an_occurrence_after_a_change_of_all_that_follow_is_like_them():
    text = calendar(
        "UID:1\nDTSTART:20261102T100000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=4\nSUMMARY:Old",
        "UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261109T100000Z\nDTSTART:20261109T120000Z\n"
        "DURATION:PT2H\nSUMMARY:New",
    )
    third = readable(text).occurrences[2]
    assert (third.start, third.recurrence) == (at(2026, 11, 16, 12), at(2026, 11, 16, 10))
    moved = third.start + timedelta(hours=1)
    after = readable(patched(text, wanted_of(third, start=moved, ends_at=None), NOW)).occurrences

    assert [(each.start, each.title) for each in after] == [
        (at(2026, 11, 2, 10), "Old"),
        (at(2026, 11, 9, 12), "New"),
        (moved, "New"),
        (at(2026, 11, 23, 12), "New"),
    ]
    assert after[2].ends_at == moved + timedelta(hours=2)


def test_the_agenda_is_changed_and_the_text_around_it_stays():
    text = written(MEETING_AT_NINE, NOW)
    theirs = text.replace(b"DESCRIPTION:", b"DESCRIPTION:Bring the keys.\\n\\n").replace(
        b"- Price", b"- Prize"
    )
    after = patched(theirs, MEETING_AT_NINE._replace(agenda=("Price only",)), NOW)
    event = vobject.readOne(after.decode()).vevent
    assert event.description.value == (
        "Bring the keys.\n\n--- Agenda (kith) ---\n- Price only\n--- End of agenda (kith) ---"
    )
    without = patched(after, MEETING_AT_NINE._replace(agenda=()), NOW)
    assert vobject.readOne(without.decode()).vevent.description.value == "Bring the keys."
    (only,) = readable(without).occurrences
    assert only.notes == "Bring the keys."


def test_another_zone_brings_its_rules():
    text = written(MEETING_AT_NINE._replace(zone=None), NOW)
    assert b"VTIMEZONE" not in text
    after = patched(text, MEETING_AT_NINE._replace(zone="America/New_York"), NOW)

    assert b"DTSTART;TZID=America/New_York:20261201T030000" in after
    assert after.count(b"BEGIN:VTIMEZONE") == 1
    (only,) = readable(after).occurrences
    assert (only.start, only.zone) == (MEETING_AT_NINE.start, "America/New_York")
    again = MEETING_AT_NINE._replace(zone="America/New_York", significant=False)
    assert patched(after, again, NOW) == after


def test_a_time_becomes_a_whole_day_and_back():
    text = written(MEETING_AT_NINE, NOW)
    day = MEETING_AT_NINE._replace(whole_day=True, start=at(2026, 12, 1), ends_at=None, zone=None)
    whole = patched(text, day, NOW)
    (only,) = readable(whole).occurrences
    assert (only.start, only.ends_at, only.whole_day) == (at(2026, 12, 1), at(2026, 12, 2), True)
    (only,) = readable(patched(whole, MEETING_AT_NINE, NOW)).occurrences
    assert (only.start, only.ends_at) == (MEETING_AT_NINE.start, MEETING_AT_NINE.ends_at)


def test_an_event_keeps_its_length_where_the_end_isnt_known():
    (stands,) = readable(SAMPLES["thunderbird"]).occurrences
    later = stands.start + timedelta(days=1)
    text = patched(SAMPLES["thunderbird"], wanted_of(stands, start=later, ends_at=None), NOW)
    (only,) = readable(text).occurrences
    assert only.ends_at == later + timedelta(minutes=45)
    assert b"DURATION" not in text


def test_an_event_without_a_uid_is_given_the_one_it_has_here():
    (stands,) = readable(calendar("DTSTART:20261201T100000Z\nSUMMARY:A")).occurrences
    text = patched(
        calendar("DTSTART:20261201T100000Z\nSUMMARY:A"), wanted_of(stands, title="B"), NOW
    )
    (only,) = readable(text).occurrences
    assert (only.uid, only.title) == (stands.uid, "B")


def test_bare_line_ends_stay_bare():
    text = SAMPLES["nextcloud"].replace(b"\r\n", b"\n")
    (stands,) = readable(text).occurrences
    assert b"\r" not in patched(text, wanted_of(stands, title="Another " * 20), NOW)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"garbage",
        SAMPLES["nextcloud"],
        calendar(f"UID:{MEETING}@kith"),
        calendar(f"UID:{MEETING}@kith\nDTSTART:soon"),
        calendar(f"UID:{MEETING}@kith\nDTSTART;TZID=Nowhere:20261201T100000"),
    ],
)
def test_a_text_without_the_event_isnt_there(text):
    with pytest.raises(NotThere):
        patched(text, MEETING_AT_NINE, NOW)


def test_an_event_moved_out_of_its_calendar_stays_readable():
    assert read(patched(written(MEETING_AT_NINE, NOW), MEETING_AT_NINE, NOW), WINDOW, None).uid
