"""The marks that a server, and kith, keep about a calendar: its zone, and the cursor."""

import pytest

from infrastructure.calendars.caldav.cursor import Cursor
from infrastructure.calendars.caldav.zone import zone_in
from infrastructure.calendars.port import CursorLost


def vtimezone(tzid: str) -> str:
    lines = ("BEGIN:VCALENDAR", "BEGIN:VTIMEZONE", f"TZID:{tzid}", "END:VTIMEZONE", "END:VCALENDAR")
    return "\r\n".join(lines)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (vtimezone("Europe/Berlin"), "Europe/Berlin"),
        (vtimezone("W. Europe Standard Time"), "Europe/Berlin"),
        (vtimezone("Europe/\r\n Berlin"), "Europe/Berlin"),
        (vtimezone("Nowhere"), None),
        ("BEGIN:VCALENDAR", None),
        ("", None),
        (None, None),
    ],
)
def test_a_calendars_zone_is_named_by_its_vtimezone(text: str | None, name: str | None):
    assert zone_in(text) == name


@pytest.mark.parametrize(
    "cursor", [Cursor(), Cursor("s1", full=False), Cursor("s1", "s2", "/a\u2028b.ics")]
)
def test_a_cursor_is_read_as_it_was_written(cursor: Cursor):
    assert Cursor.read(cursor.written()) == cursor


@pytest.mark.parametrize("text", ["", "[]", "{}", "[1,2,3,4,5]", "null", "3", '"abc"', "[[]]"])
def test_a_cursor_of_another_form_is_lost(text: str):
    with pytest.raises(CursorLost):
        Cursor.read(text)
