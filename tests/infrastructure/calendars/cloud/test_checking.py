"""The walk of an account through what kith does with calendars."""

import pytest

from infrastructure.calendars import checking
from infrastructure.calendars.checking import check
from tests.doubles.server import Reply
from tests.infrastructure.calendars.cloud.hands import Hand, Service

pytestmark = pytest.mark.anyio


async def test_a_service_that_does_as_it_says_passes_every_step(service: Service):
    seen = [each async for each in check(service)]
    assert [each for each in seen if not each.fine] == []
    assert len(seen) == 11
    assert len(await service.calendars()) == 1


async def test_a_service_that_does_otherwise_is_seen_and_the_walk_goes_on(
    hand: Hand, service: Service, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(checking, "PATIENCE", 0.0)
    refusal = Reply(400, {"error": {"code": "ErrorNotSoFast"}})
    hand.double.fail(refusal, lambda request: request.method == "PATCH")
    seen = [each async for each in check(service)]
    assert [each.expected for each in seen if not each.fine] == [
        "a meeting is moved, and a round shows it",
        "a write with an old ETag is refused",
    ]
    assert "refuses" in next(each.detail for each in seen if not each.fine)
    assert len(await service.calendars()) == 1
