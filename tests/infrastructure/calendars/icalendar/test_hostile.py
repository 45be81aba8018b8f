"""Texts that mean harm, or none at all: reading never raises, and takes time in their length."""

import asyncio
import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infrastructure.calendars.icalendar import apart, reading
from infrastructure.calendars.icalendar.apart import read_apart
from infrastructure.calendars.icalendar.components import parsed
from infrastructure.calendars.icalendar.fingerprint import fingerprint
from infrastructure.calendars.icalendar.opened import NotThere
from infrastructure.calendars.icalendar.patching import patched
from infrastructure.calendars.icalendar.reading import LARGEST, read
from infrastructure.calendars.icalendar.subscriptions import read_all, read_all_apart
from infrastructure.calendars.icalendar.unreadable import Unreadable
from tests.infrastructure.calendars.icalendar.calendars import SAMPLES, WINDOW, calendar
from tests.infrastructure.calendars.icalendar.test_writing import MEETING_AT_NINE, NOW

ENDLESS = "UID:1\nDTSTART:20200101T100000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
"""A rule without a date: dateutil looks for one up to the year 9999, for minutes."""

PIECES = (
    "BEGIN:VEVENT\r\n",
    "END:VEVENT\r\n",
    "BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\n",
    "RRULE:FREQ=YEARLY;COUNT=3\r\n",
    "RDATE;VALUE=PERIOD:20261105T100000Z/PT1H\r\n",
    "EXDATE:20261105\r\n",
    "RECURRENCE-ID;RANGE=THISANDFUTURE:20261105T100000Z\r\n",
    "DTSTART;VALUE=DATE:20261105\r\n",
    "DURATION:-P1W\r\n",
    "DTEND:99991231T235959Z\r\n",
    "SEQUENCE:99999999999999999999\r\n",
    "\r\n ",
    ";TZID=",
    '"',
    "\x00",
    "\\",
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A service's calendar with lines lost and doubled, pieces put in, and bytes changed."""
    text = SAMPLES[draw(st.sampled_from(sorted(SAMPLES)))]
    lines = text.splitlines(keepends=True)
    randomly = draw(st.randoms(use_true_random=False))
    for _ in range(draw(st.integers(0, 6))):
        place = randomly.randrange(len(lines))
        match randomly.randrange(4):
            case 0:
                del lines[place : place + randomly.randrange(1, 4)]
            case 1:
                lines.insert(randomly.randrange(len(lines)), lines[place])
            case 2:
                lines.insert(place, randomly.choice(PIECES).encode())
            case _:
                lines[place] = _scrambled(lines[place], randomly)
        if not lines:
            return b""
    return b"".join(lines)


def _scrambled(line: bytes, randomly: random.Random) -> bytes:
    numbers = re.sub(rb"\d", lambda _: b"%d" % randomly.randrange(10), line)
    cut = line[: randomly.randrange(len(line))]
    return randomly.choice((numbers, cut, line.upper(), line.lower(), line[::-1]))


@settings(deadline=None, max_examples=50)
@given(text=mutated())
def test_no_mutated_calendar_makes_it_raise(text):
    found = read(text, WINDOW, "Europe/Berlin")
    assert found.uid is not None or not found.occurrences
    for each in found.occurrences:
        assert each.start.utcoffset() is not None
        assert each.ends_at is None or each.ends_at > each.start
    assert len(fingerprint(text)) == 32
    assert parsed(text).raw == text.removeprefix(b"\xef\xbb\xbf")
    read_all(text, WINDOW, None)
    if found.occurrences and found.uid:
        wanted = MEETING_AT_NINE._replace(uid=found.uid, recurrence=found.occurrences[0].recurrence)
        try:
            after = patched(text, wanted, NOW)
        except NotThere:
            return
        starts = [each.start for each in read(after, WINDOW, "Europe/Berlin").occurrences]
        assert wanted.start in starts or not starts


@given(text=st.binary(max_size=500))
def test_no_bytes_make_it_raise(text):
    read(text, WINDOW, None)
    read_all(text, WINDOW, None)
    fingerprint(text)
    whole = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20261105\r\n" + text
    read(whole, WINDOW, None)
    fingerprint(whole)


def long_texts():
    size = 200_000
    event = "UID:1\nDTSTART:20261105T100000Z\n"
    yield "lines without an end", b"A" * size
    yield "folds", b"BEGIN:VCALENDAR\r\n" + b"\r\n " * (size // 3)
    yield "blank lines", b"\r\n" * (size // 2)
    yield "depth", b"BEGIN:VEVENT\r\n" * (size // 14)
    yield "ends", b"BEGIN:VEVENT\r\n" * 8 + b"END:VCALENDAR\r\n" * (size // 15)
    yield "spaces", calendar(f"{event}SUMMARY:" + " " * size + "x")
    yield "backslashes", calendar(f"{event}SUMMARY:" + "\\" * size)
    yield "quotes", calendar(f"{event}ATTENDEE;CN=" + '"' * size + ":mailto:a@b")
    yield "parameters", calendar(f"{event}ATTENDEE" + ";A=1" * (size // 4) + ":mailto:a@b")
    yield "agendas", calendar(f"{event}DESCRIPTION:" + "--- Agenda (kith) ---\\n" * (size // 23))
    yield "attendees", calendar(event + "ATTENDEE;CN=A:mailto:a@b\n" * (size // 25))
    yield "dates", calendar(event + "RDATE:" + ",".join(["20261106T100000Z"] * (size // 17)))
    yield "left out", calendar(event + "EXDATE:" + ",".join(["20261106T100000Z"] * (size // 17)))
    yield (
        "zones",
        calendar(
            f"{event}", before="\n".join(["BEGIN:VTIMEZONE\nTZID:A\nEND:VTIMEZONE"] * (size // 36))
        ),
    )
    exceptions = (
        f"UID:1\nRECURRENCE-ID:2026{month:02}{day:02}T{hour:02}{minute:02}00Z\nDTSTART:20261105T100000Z"
        for month in range(1, 13)
        for day in range(1, 27)
        for hour in range(24)
        for minute in (0,)
    )
    yield "exceptions", calendar(event + "RRULE:FREQ=DAILY", *exceptions)


@pytest.mark.parametrize(
    ("name", "text"), list(long_texts()), ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_long_text_takes_seconds_at_most(name, text):
    """A quadratic step would take minutes."""
    assert len(text) <= LARGEST, name
    before = time.process_time()
    read(text, WINDOW, None)
    fingerprint(text)
    assert time.process_time() - before < 20


def unforeseen(*_: object) -> None:
    raise KeyError


def test_an_error_that_no_check_foresaw_is_a_trouble(monkeypatch):
    monkeypatch.setattr(reading, "instances", unforeseen)
    found = read(SAMPLES["google"], WINDOW, None)
    assert [each.code for each in found.troubles] == ["unreadable"]


def test_an_error_that_ends_the_look_is_detected(monkeypatch):
    """The mutant: the errors of the libraries aren't caught."""
    monkeypatch.setattr(reading, "instances", unforeseen)
    monkeypatch.setattr(reading, "Exception", Unreadable, raising=False)
    with pytest.raises(KeyError):
        read(SAMPLES["google"], WINDOW, None)


def test_a_text_that_is_too_large_is_a_trouble():
    found = read(b"x" * (LARGEST + 1), WINDOW, None)
    assert [each.code for each in found.troubles] == ["too_large"]


@pytest.mark.anyio
async def test_a_rule_without_an_end_is_given_up():
    """And the next text is read, in the same process."""
    good = read(SAMPLES["google"], WINDOW, None)
    assert await read_apart(SAMPLES["google"], WINDOW, None) == good
    found = await read_apart(calendar(ENDLESS), WINDOW, None)
    assert [each.code for each in found.troubles] == ["too_slow"]
    assert found.occurrences == ()
    assert await read_apart(SAMPLES["google"], WINDOW, None) == good


@pytest.mark.anyio
async def test_a_rule_that_isnt_given_up_is_detected(monkeypatch):
    """The mutant: the time of the processor for a text has no bound."""
    await read_apart(SAMPLES["google"], WINDOW, None)  # the process has started
    monkeypatch.setattr(apart, "SECONDS", 3600.0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await read_apart(calendar(ENDLESS), WINDOW, None)


@pytest.mark.anyio
async def test_a_process_that_doesnt_come_back_is_killed(monkeypatch):
    """The signal can't end what waits outside of Python."""
    await apart.apart(time.sleep, 0)
    monkeypatch.setattr(apart, "PATIENCE", 2.0)
    with pytest.raises(apart.GivenUp):
        await apart.apart(time.sleep, 1000)
    monkeypatch.undo()
    assert await apart.apart(len, b"abc") == 3


@pytest.mark.anyio
async def test_an_error_of_the_function_is_its_callers():
    with pytest.raises(NotThere):
        await apart.apart(patched, b"", MEETING_AT_NINE, NOW)


@pytest.mark.anyio
async def test_a_calendar_is_read_but_for_the_rule_without_an_end():
    text = calendar(ENDLESS, "UID:2\nDTSTART:20261106T100000Z")
    found, troubles = await read_all_apart(text, WINDOW, None)

    assert troubles == []
    assert [(each.uid, len(each.read.occurrences)) for each in found] == [("1", 0), ("2", 1)]
    assert [(each.item, each.code) for each in found[0].read.troubles] == [("1", "too_slow")]
