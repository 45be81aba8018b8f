"""Failures of Google's and Microsoft's calendars, in the port's words."""

from datetime import UTC, datetime

import pytest

from infrastructure.calendars.port import (
    Calendar,
    Refused,
    ServiceError,
    Unreachable,
)
from infrastructure.oauth.tokens import Grant
from tests.doubles import google, graph
from tests.doubles.server import Reply
from tests.infrastructure.calendars.cloud.hands import WINDOW, Hand, Service
from tests.infrastructure.calendars.cloud.rounds import wanted

pytestmark = pytest.mark.anyio


def rate_limited(hand: Hand, seconds: int | None) -> Reply:
    return (google if "@" in hand.calendar else graph).rate_limited(seconds)


class TestTokens:
    async def test_an_expired_token_is_renewed_before_it_is_used(self, hand: Hand):
        service = hand.service(expired=True)
        await service.calendars()
        await service.close()
        assert hand.double.renewals == 1
        (kept,) = hand.kept
        assert kept.access_token == hand.double.access
        assert kept.expires_at > datetime.now(UTC)
        assert Grant.of(kept.secrets) == kept

    async def test_a_refused_token_is_renewed_once(self, hand: Hand, service: Service):
        hand.double.expire()
        await service.calendars()
        await service.calendars()
        assert hand.double.renewals == 1

    async def test_a_refresh_token_that_is_turned_over_is_kept(self, hand: Hand, service: Service):
        hand.double.turns_over = True
        for _ in range(3):
            hand.double.expire()
            await service.calendars()
        assert [each.refresh_token for each in hand.kept] == ["refresh-1", "refresh-2", "refresh-3"]

    async def test_a_revoked_consent_is_refused(self, hand: Hand, service: Service):
        hand.double.revoked = True
        hand.double.expire()
        for _ in range(2):
            with pytest.raises(Refused, match="Connect the account again"):
                await service.calendars()
        assert hand.double.renewals == 0

    async def test_a_token_that_is_refused_again_and_again_is_refused(
        self, hand: Hand, service: Service
    ):
        for _ in range(2):
            hand.double.fail(Reply(401))
        with pytest.raises(Refused):
            await service.calendars()
        assert hand.double.renewals == 1

    async def test_a_token_endpoint_that_is_down_is_tried_later(
        self, hand: Hand, service: Service, monkeypatch: pytest.MonkeyPatch
    ):
        answer = hand.double.answer

        def down(request):
            found = Reply(503, None, {"Retry-After": "9"})
            return found if request.path[-1] == "token" else answer(request)

        hand.double.expire()
        monkeypatch.setattr(hand.double, "answer", down)
        with pytest.raises(Unreachable) as caught:
            await service.calendars()
        assert caught.value.retry_after == 9.0

    async def test_no_failure_tells_a_secret(self, hand: Hand, service: Service):
        hand.double.revoked = True
        hand.double.expire()
        with pytest.raises(Refused) as caught:
            await service.calendars()
        assert not {"access", "refresh", "secret"} & set(
            str(caught.value).replace("-", " ").split()
        )
        assert "access-0" not in repr(Grant("access-0", "refresh-0", datetime.now(UTC)))
        assert "secret" not in repr(hand.provider())


class TestFailures:
    @pytest.mark.parametrize(("said", "wait"), [(7, 7.0), (None, 60.0)])
    async def test_too_many_requests_wait_as_long_as_the_service_says(
        self, hand: Hand, service: Service, calendar: Calendar, said: int | None, wait: float
    ):
        hand.double.fail(rate_limited(hand, said))
        with pytest.raises(Unreachable) as caught:
            await service.changes(calendar, None, WINDOW)
        assert caught.value.retry_after == wait

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    async def test_a_fault_of_the_service_is_tried_later(
        self, hand: Hand, service: Service, calendar: Calendar, status: int
    ):
        hand.double.fail(Reply(status, None, {"Retry-After": "3"}))
        with pytest.raises(Unreachable) as caught:
            await service.changes(calendar, None, WINDOW)
        assert caught.value.retry_after in (3.0, None)

    @pytest.mark.parametrize(
        "body",
        [
            None,
            [],
            {"items": 1, "value": 1},
            {"items": [1], "value": [1]},
            {"value": [{}], "items": [{}]},
        ],
    )
    async def test_an_answer_without_sense_is_tried_later(
        self, hand: Hand, service: Service, calendar: Calendar, body: object
    ):
        hand.double.fail(Reply(200, body))
        if body is None and "@" in hand.calendar:
            pytest.skip("as empty as a page of Google's without items")
        with pytest.raises(Unreachable, match="without sense"):
            await service.changes(calendar, None, WINDOW)

    async def test_a_link_to_elsewhere_isnt_followed(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        if "@" in hand.calendar:
            pytest.skip("Google gives tokens, and no links")
        link = "https://graph.example.com/v1.0/me/calendars"
        hand.double.fail(Reply(200, {"value": [], "@odata.nextLink": link}))
        with pytest.raises(Unreachable, match="without sense"):
            await service.changes(calendar, None, WINDOW)

    async def test_a_permission_that_is_missing_is_refused(self, hand: Hand, service: Service):
        errors = [{"reason": "insufficientPermissions"}]
        hand.double.fail(Reply(403, {"error": {"code": 403, "errors": errors}}))
        with pytest.raises(Refused, match="permit"):
            await service.calendars()

    async def test_a_write_that_is_refused_is_a_failure_of_its_own(
        self, hand: Hand, service: Service, calendar: Calendar
    ):
        refusal = Reply(400, {"error": {"code": "ErrorPropertyValidationFailure"}})
        hand.double.fail(refusal, lambda request: request.method == "POST")
        with pytest.raises(ServiceError) as caught:
            await service.put(calendar, wanted(), None, None)
        assert type(caught.value) is ServiceError
