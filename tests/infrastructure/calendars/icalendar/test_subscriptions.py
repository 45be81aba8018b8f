"""A whole calendar in one text, taken apart."""

from infrastructure.calendars.icalendar import subscriptions
from infrastructure.calendars.icalendar.fingerprint import fingerprint
from infrastructure.calendars.icalendar.reading import read
from infrastructure.calendars.icalendar.subscriptions import read_all
from tests.infrastructure.calendars.icalendar.calendars import SAMPLES, WINDOW, at, calendar


def joined() -> bytes:
    """All samples as one calendar."""
    inner = (
        text.partition(b"VERSION:2.0\r\n")[2].removesuffix(b"END:VCALENDAR\r\n")
        for text in SAMPLES.values()
    )
    return b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + b"".join(inner) + b"END:VCALENDAR\r\n"


def test_every_object_is_read_as_if_it_were_alone():
    found, troubles = read_all(joined(), WINDOW, None)

    assert troubles == []
    alone = {read(text, WINDOW, None).uid: read(text, WINDOW, None) for text in SAMPLES.values()}
    assert {each.uid: each.read for each in found} == alone
    assert len({each.fingerprint for each in found}) == len(found)
    assert all(each.fingerprint == fingerprint(each.text) for each in found)


def test_an_object_that_changes_changes_alone():
    before = {each.uid: each.fingerprint for each in read_all(joined(), WINDOW, None)[0]}
    changed = joined().replace(b"SUMMARY:Trade fair", b"SUMMARY:Fair")
    after = {each.uid: each.fingerprint for each in read_all(changed, WINDOW, None)[0]}
    (uid,) = (uid for uid in before if before[uid] != after[uid])
    assert uid.startswith("b1c0a7c2")


def test_the_calendars_own_zone_counts_for_each():
    text = calendar(
        "UID:1\nDTSTART:20261105T100000",
        "UID:2\nDTSTART:20261106T100000",
        before="X-WR-TIMEZONE:Asia/Tokyo",
    )
    found, _ = read_all(text, WINDOW, None)
    assert [each.read.occurrences[0].start for each in found] == [
        at(2026, 11, 5, 1),
        at(2026, 11, 6, 1),
    ]


def test_a_broken_object_leaves_the_others():
    text = calendar("UID:1\nDTSTART:soon", "UID:2\nDTSTART:20261106T100000Z")
    found, troubles = read_all(text, WINDOW, None)
    assert [(each.uid, len(each.read.occurrences)) for each in found] == [("1", 0), ("2", 1)]
    assert troubles == []


def test_a_text_that_is_none_is_a_trouble(monkeypatch):
    assert [each.code for each in read_all(b"<html>", WINDOW, None)[1]] == ["unreadable"]
    monkeypatch.setattr(subscriptions, "LARGEST", 10)
    assert [each.code for each in read_all(joined(), WINDOW, None)[1]] == ["too_large"]


def test_objects_are_bounded(monkeypatch):
    monkeypatch.setattr(subscriptions, "MOST", 2)
    found, troubles = read_all(joined(), WINDOW, None)
    assert len(found) == 2
    assert [each.code for each in troubles] == ["too_many_events"]
