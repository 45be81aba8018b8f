"""Writing to a server that loses answers, omits tags, or refuses: one effect, and the reason."""

import pytest

from infrastructure.calendars.caldav import writing
from infrastructure.calendars.port import Gone, Refused, ServiceError, Stale, Unreachable
from tests.infrastructure.calendars.double import CALENDAR, Asked, Double, Said
from tests.infrastructure.calendars.faulty_caldav.given import answering, fill
from tests.infrastructure.calendars.texts import event, wanted

pytestmark = pytest.mark.anyio


def first_put(double: Double, then: Said) -> None:
    """The first PUT is done, and answered otherwise."""

    def lost(asked: Asked) -> Said:
        double.instead = lambda _: None
        double.said(asked)
        return then

    answering(double, "PUT", lost)


async def always(*_: object) -> bool:
    return True


async def never(*_: object) -> bool:
    return False


class TestWriting:
    async def test_a_put_whose_answer_was_lost_has_one_effect(self, double, service, calendar):
        meeting = wanted()
        first_put(double, Said(502))
        with pytest.raises(Unreachable):
            await service.put(calendar, meeting, None, None)
        put = await service.put(calendar, meeting, None, None)
        assert list(double.objects) == [put.id]
        assert put.etag == double.etag(put.id)

    async def test_a_lost_answer_that_isnt_recognized_is_detected(
        self, double, service, calendar, monkeypatch
    ):
        """The mutant: what is there is taken for somebody else's."""
        monkeypatch.setattr(writing, "_say_the_same", never)
        first_put(double, Said(502))
        meeting = wanted()
        with pytest.raises(Unreachable):
            await service.put(calendar, meeting, None, None)
        with pytest.raises(Stale):
            await service.put(calendar, meeting, None, None)

    async def test_a_put_without_an_etag_is_read_back(self, double, service, calendar):
        def without_etag(asked: Asked) -> Said:
            return Said(double.said(asked).status)

        answering(double, "PUT", without_etag)
        meeting = wanted()
        put = await service.put(calendar, meeting, None, None)
        assert put.etag == double.etag(put.id)
        changed = await service.put(calendar, meeting._replace(title="New"), put.id, put.etag)
        assert changed.etag == double.etag(put.id) != put.etag

    def overwriting(self, double: Double) -> None:
        """Somebody changes the object between the PUT and its being read back."""

        def overwritten(asked: Asked) -> Said:
            double.said(asked)
            double.store(asked.path, event("theirs@x", "Theirs"))
            return Said(204)

        answering(double, "PUT", overwritten)

    async def test_a_newer_version_that_is_read_back_isnt_taken_for_ours(
        self, double, service, calendar
    ):
        self.overwriting(double)
        assert (await service.put(calendar, wanted(), None, None)).etag is None

    async def test_a_newer_version_taken_for_ours_is_detected(
        self, double, service, calendar, monkeypatch
    ):
        """The mutant: their change would never be seen."""
        monkeypatch.setattr(writing, "_say_the_same", always)
        self.overwriting(double)
        put = await service.put(calendar, wanted(), None, None)
        assert put.etag == double.etag(put.id)

    async def test_an_etag_that_a_proxy_made_weak_still_matches(self, double, service, calendar):
        fill(double, 1)
        name = f"{CALENDAR}0.ics"
        weak = f"W/{double.etag(name)}"
        answering(double, "GET", Said(200, double.objects[name], (("ETag", weak),)))
        meeting = wanted()._replace(uid="u0@x")
        await service.put(calendar, meeting, name, weak)
        await service.delete(calendar, name, f"W/{double.etag(name)}")
        assert double.objects == {}

    async def test_nobody_is_written_to_about_a_deletion(self, double, service, calendar):
        fill(double, 1)
        await service.delete(calendar, f"{CALENDAR}0.ics", None)
        assert double.asked[-1].headers["schedule-reply"] == "F"

    @pytest.mark.parametrize(
        ("answer", "condition", "kind", "said"),
        [
            (403, None, Refused, "doesn't let this user write"),
            (403, "need-privileges", Refused, "doesn't let this user write"),
            (403, "max-resource-size", ServiceError, "doesn't take the event"),
            (409, "no-uid-conflict", Stale, "another object"),
            (409, None, Gone, "no longer there"),
            (404, None, Gone, "no longer there"),
            (507, None, ServiceError, "doesn't take the event"),
            (401, None, Refused, "password"),
            (503, None, Unreachable, "answers 503"),
        ],
    )
    async def test_a_refused_put_is_told_by_its_reason(
        self, double, service, calendar, answer, condition, kind, said
    ):
        space = "DAV:" if condition == "need-privileges" else "urn:ietf:params:xml:ns:caldav"
        error = f'<error xmlns="DAV:"><a:{condition} xmlns:a="{space}"/></error>'
        answering(double, "PUT", Said(answer, error if condition else ""))
        with pytest.raises(kind, match=said) as caught:
            await service.put(calendar, wanted(), None, None)
        assert caught.type is kind
