"""Objects that a server withholds, and texts too large or too slow: the others are taken."""

import pytest

from infrastructure.calendars.caldav import objects, reading
from infrastructure.calendars.icalendar.apart import GivenUp, apart
from infrastructure.calendars.port import Gone, ServiceError, Unreachable
from infrastructure.outside import client
from tests.infrastructure.calendars.double import (
    CALENDAR,
    multistatus,
    properties,
    status,
)
from tests.infrastructure.calendars.faulty_caldav.given import answering, fill, opened
from tests.infrastructure.calendars.rounds import listed, whole_round
from tests.infrastructure.calendars.texts import WINDOW, event, wanted

pytestmark = pytest.mark.anyio


class TestObjects:
    async def test_objects_are_read_one_by_one_without_a_multiget(self, double, service, calendar):
        double.multigets = False
        fill(double, 3)
        assert len(listed((await whole_round(service, calendar))[0])) == 3

    async def test_an_object_that_a_multiget_leaves_out_is_asked_for(
        self, double, service, calendar
    ):
        fill(double, 2)
        answering(double, "calendar-multiget", multistatus(status(f"{CALENDAR}1.ics", 404)))
        (page,), _ = await whole_round(service, calendar)
        assert [one.uid for one in page.objects] == ["u0@x"]
        assert page.gone == (f"{CALENDAR}1.ics",)

    async def test_an_object_that_isnt_handed_out_is_a_trouble_and_the_others_are_taken(
        self, double, service, calendar
    ):
        fill(double, 2)
        found = properties(
            f"{CALENDAR}0.ics", f"<C:calendar-data>{event('u0@x')}</C:calendar-data>"
        )
        answering(double, "calendar-multiget", multistatus(found, status(f"{CALENDAR}1.ics", 500)))
        (page,), _ = await whole_round(service, calendar)
        good, bad = page.objects
        assert good.troubles == ()
        (trouble,) = bad.troubles
        assert trouble.item == f"{CALENDAR}1.ics"
        assert trouble.detail == "The server doesn't hand the event out (status 500)."

    async def test_an_object_that_is_too_large_is_a_trouble_and_the_others_are_taken(
        self, double, calendar, monkeypatch
    ):
        monkeypatch.setattr(client, "MOST_BYTES", 100_000)
        service = await opened(double)
        fill(double, 7)
        double.store(f"{CALENDAR}3.ics", event("u3@x", "x" * 200_000))
        (page,), _ = await whole_round(service, calendar)
        assert len(page.objects) == 7
        (trouble,) = [one for each in page.objects for one in each.troubles]
        assert (trouble.item, trouble.code) == (f"{CALENDAR}3.ics", "too_large")
        await service.close()

    async def test_a_large_object_that_stops_all_is_detected(self, double, calendar, monkeypatch):
        """The mutant: a page that is too large isn't asked for in smaller parts."""
        monkeypatch.setattr(client, "MOST_BYTES", 100_000)
        monkeypatch.setattr(objects, "TooLarge", Gone)
        service = await opened(double)
        double.store(f"{CALENDAR}3.ics", event("u3@x", "x" * 200_000))
        with pytest.raises(Unreachable):
            await service.changes(calendar, None, WINDOW)
        await service.close()


async def test_texts_that_take_too_long_are_troubles_and_the_others_are_taken(
    double, service, calendar, monkeypatch
):
    fill(double, 3)

    async def given_up(function, texts, *others):
        if any(b"u1@x" in text for text in texts):
            raise GivenUp
        return await apart(function, texts, *others)

    monkeypatch.setattr(reading, "apart", given_up)
    (page,), _ = await whole_round(service, calendar)
    codes = {one.id: [trouble.code for trouble in one.troubles] for one in page.objects}
    assert codes == {
        f"{CALENDAR}0.ics": [],
        f"{CALENDAR}1.ics": ["too_slow"],
        f"{CALENDAR}2.ics": [],
    }


async def test_a_text_of_many_lines_is_no_matter_for_the_event_loop(double, service, calendar):
    """The fingerprint of the text would take half a minute in the event loop."""
    double.store(f"{CALENDAR}0.ics", "A:\n" * 4_000_000)
    with pytest.raises(ServiceError, match="larger than kith takes"):
        await service.put(calendar, wanted(), f"{CALENDAR}0.ics", None)
    one = await service.get(calendar, f"{CALENDAR}0.ics", WINDOW)
    assert [trouble.code for trouble in one.troubles] == ["too_large"]


async def test_a_busy_machine_reads_the_calendar_later(double, service, calendar, monkeypatch):
    async def never_started(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(reading, "apart", never_started)
    fill(double, 1)
    with pytest.raises(Unreachable, match="too busy"):
        await service.changes(calendar, None, WINDOW)
