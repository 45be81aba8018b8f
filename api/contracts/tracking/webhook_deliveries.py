"""A webhook's deliveries and their outcomes, tests, and replays."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic_core import to_json

from api.contracts.tracking import lists
from api.contracts.tracking.delivery_schemas import (
    DeliveriesShown,
    DeliveryQuery,
    DeliveryShown,
    Replay,
    ReplayShown,
)
from api.contracts.tracking.dialect import TRACKING
from api.contracts.tracking.webhooks import administering, webhook_row
from api.http.answers import Content, answer, caller_of, carry_out
from api.http.call import Call
from api.http.paging import page_end
from api.http.problem import Problem, Refused, invalid
from api.http.records import as_uuid, present
from api.http.router import ContractRouter
from application.entity import Entity
from application.ports import Answer
from application.webhook_ports import Delivery
from application.webhooks import ReplayEvents, replay_events
from domain.errors import Conflict
from domain.webhook import Webhook
from infrastructure.tenant_limiter import LimitReached
from infrastructure.webhooks import delivery_log, replaying
from infrastructure.webhooks.trying import PATIENCE
from projections.paging import scope

router = ContractRouter(TRACKING, "Webhooks")


@router.on("GET /api/webhooks/{id}/deliveries", administering, DeliveriesShown, errors=(404, 422))
async def deliveries(call: Call, id: str, query: Annotated[DeliveryQuery, Query()]) -> Content:
    """Deliveries of the last 30 days and those that wait, newest first"""
    row = await webhook_row(call, id)
    bound_to = scope(call.tenant, "deliveries", row.id, query.outcome, query.event_id)
    found = await delivery_log.page(
        call.fetch,
        call.tenant,
        row.id,
        query.limit,
        outcome=query.outcome,
        event_id=query.event_id,
        before=page_end(query.cursor, bound_to),
    )
    shown = ",".join(map(DeliveryShown.json_of, found.records))
    return lists.by_cursor(call, shown, found.end, bound_to)


@router.on(
    "GET /api/webhooks/{id}/deliveries/{delivery_id}", administering, DeliveryShown, errors=(404,)
)
async def delivery(call: Call, id: str, delivery_id: str) -> Content:
    """One delivery"""
    return Content(DeliveryShown.json_of(await _delivery(call, id, delivery_id)))


@router.on(
    "POST /api/webhooks/{id}/deliveries/{delivery_id}/replay",
    administering,
    ReplayShown,
    status=202,
    errors=(400, 404, 409, 422),
)
async def replay_one(call: Call, id: str, delivery_id: str) -> Answer:
    """Send the event of a delivery again, as a new delivery"""
    found = await _delivery(call, id, delivery_id)
    if found.position is None:
        raise Conflict("A test has no event; send another test", code="test_not_replayable")
    command = ReplayEvents(await _id(call, id), found.position - 1, found.id)
    return await _replay(call, command, found.position)


@router.on(
    "POST /api/webhooks/{id}/replay",
    administering,
    ReplayShown,
    status=202,
    errors=(400, 404, 409, 413, 415, 422),
)
async def replay(call: Call, id: str, body: Replay) -> Answer:
    """Send the webhook's events again after a position or since an instant"""
    identity = await _id(call, id)
    async with call.log() as log:
        if body.since is not None:
            after = await log.position_before(body.since.at)
        else:
            after = int(body.after or 0)
            if after > await log.head():
                detail = "The log hasn't come to this position yet."
                raise invalid(("body", "after"), "position_unknown", detail)
    finished = await replaying.finished(call.fetch, call.tenant, identity)
    return await _replay(call, ReplayEvents(identity, after, finished=finished))


@router.on(
    "POST /api/webhooks/{id}/test", administering, DeliveryShown, errors=(400, 404, 409, 422)
)
async def test(call: Call, id: str) -> Answer:
    """Send a test event now; the answer says what became of it"""
    identity = await _id(call, id)

    def tested(delivery: Delivery) -> Answer:
        return answer(call, Content(DeliveryShown.json_of(delivery)))

    try:
        return await call.services.webhooks.test(caller_of(call), identity, tested)
    except LimitReached:
        detail = "Too many tests are under way; try again in a moment."
        headers = (("Retry-After", str(round(PATIENCE))),)
        raise Refused(Problem(503, "too_many_tests", detail, headers=headers)) from None


async def _replay(call: Call, command: ReplayEvents, upto: int | None = None) -> Answer:
    def requested(entity: Entity[Webhook]) -> Content:
        return Content(to_json({"after": command.after, "upTo": upto or entity.position}))

    return await carry_out(call, replay_events, command, requested)


async def _id(call: Call, id: str) -> UUID:
    return (await webhook_row(call, id)).id


async def _delivery(call: Call, id: str, delivery_id: str) -> Delivery:
    """The delivery that a path names. Raises NotFound."""
    row, identity = await webhook_row(call, id), present(as_uuid(delivery_id), "Delivery")
    found = await delivery_log.one(call.fetch, call.tenant, row.id, identity)
    return present(found, "Delivery")
