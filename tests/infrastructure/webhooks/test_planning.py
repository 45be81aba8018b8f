"""From the log to deliveries: each event once, wherever pages end."""

import asyncio

import pytest

from domain.webhook import Reason, WebhookDisabled, WebhookEnabled, WebhookRemoved
from infrastructure.webhooks.event_bodies import EventBodies
from infrastructure.webhooks.queue import Queue
from tests.infrastructure.webhooks.support import (
    LOGGED,
    dispatching,
    ended,
    outcomes,
    planned,
    spoil,
    subscribe,
)

pytestmark = pytest.mark.anyio

URL = "https://hooks.invalid/"


@pytest.mark.parametrize("page_size", [1, 2, 7, 1000])
async def test_each_event_is_planned_once_wherever_pages_end(opened, planner, page_size):
    await opened.log()
    webhook = await subscribe(opened, URL, LOGGED)
    entities = await opened.log_many(10)
    await opened.contact()
    await opened.log(tenant="2")
    await planner(page_size)
    await planner(page_size)
    assert await planned(opened, webhook) == sorted(each.position for each in entities)
    rows = await opened.rows(
        "SELECT d.event_id::text = convert_from(e.state, 'UTF8')::json->>'id' "
        "FROM webhook_deliveries d JOIN stored_events e ON e.notification_id = d.position"
    )
    assert rows == [(True,)] * 10


async def test_concurrent_planners_plan_each_event_once(opened, planner):
    webhook = await subscribe(opened, URL, LOGGED)
    await opened.log_many(50)
    await asyncio.gather(*(planner(3) for _ in range(4)))
    await planner()
    assert len(await planned(opened, webhook)) == 50


@pytest.mark.parametrize("page_size", [1, 1000])
async def test_a_disabled_webhook_gathers_nothing_and_begins_anew(opened, planner, page_size):
    webhook = await subscribe(opened, URL, LOGGED)
    await opened.log()
    await planner(page_size)
    disabled = await opened.append(
        webhook.stream, webhook, WebhookDisabled(reason=Reason.REQUESTED)
    )
    await opened.log()
    await planner(page_size)
    assert [outcome for outcome, *_ in await outcomes(opened, webhook.id)] == ["canceled"]
    await opened.append(webhook.stream, disabled, WebhookEnabled())
    later = await opened.log()
    await planner(page_size)
    assert (await planned(opened, webhook))[1:] == [later.position]


@pytest.mark.parametrize("page_size", [1, 2, 3, 1000])
async def test_a_late_planner_plans_nothing_for_the_time_a_webhook_was_disabled(
    opened, planner, page_size
):
    webhook = await subscribe(opened, URL, LOGGED)
    before = await opened.log()
    disabled = await opened.append(
        webhook.stream, webhook, WebhookDisabled(reason=Reason.REQUESTED)
    )
    await opened.log()
    await opened.append(webhook.stream, disabled, WebhookEnabled())
    later = await opened.log()
    await planner(page_size)
    assert await planned(opened, webhook) == [before.position, later.position]
    assert [outcome for outcome, *_ in await outcomes(opened, webhook.id)] == [
        "canceled",
        "pending",
    ]


async def test_deliveries_waiting_for_a_removed_webhook_are_canceled(opened, planner):
    webhook = await subscribe(opened, URL, LOGGED)
    await opened.log()
    await planner()
    await opened.append(webhook.stream, webhook, WebhookRemoved())
    await planner()
    assert [outcome for outcome, *_ in await outcomes(opened, webhook.id)] == ["canceled"]
    assert await opened.rows("SELECT 1 FROM webhook_endpoints") == []


async def test_the_log_is_passed_over_without_any_webhook(opened, planner):
    webhook = await subscribe(opened, URL, LOGGED)
    await opened.log()
    await planner()
    removed = await opened.append(webhook.stream, webhook, WebhookRemoved())
    await opened.log_many(5)
    await planner(1)
    assert [outcome for outcome, *_ in await outcomes(opened, webhook.id)] == ["canceled"]
    assert (
        await opened.value("SELECT position FROM checkpoints WHERE follower = 'webhooks'")
        == await opened.head()
    )
    another = await subscribe(opened, URL, LOGGED)
    assert another.position > removed.position
    later = await opened.log()
    await planner(1)
    assert await planned(opened, another) == [later.position]


async def test_an_event_that_cant_be_read_fails_alone(opened, receiver):
    webhook = await subscribe(opened, receiver.url, LOGGED)
    entities = await opened.log_many(3)
    await spoil(opened, entities[1])
    async with dispatching(opened):
        await ended(opened, webhook.id, 3)
    found = await outcomes(opened, webhook.id)
    assert sorted(outcome for outcome, *_ in found) == ["delivered", "delivered", "failed"]
    assert "The event can't be read." in {error for *_, error in found}


async def test_several_events_of_one_stream_are_told_as_each_was(opened):
    entity = await opened.log("first")
    for subject in ("second", "third"):
        said = entity.state.record.said.model_copy(update={"subject": subject})
        entity = await opened.amend(entity, said=said)
    other = await opened.log("other")
    bodies = await EventBodies(opened.pool, "https://kith.example").at([4, 1, 3, 3, 99])
    assert sorted(bodies) == [1, 3, other.position]
    assert b'"first"' in bodies[1]
    assert b'"third"' in bodies[3]
    assert b'"second"' in bodies[3]  # the old value


async def test_old_deliveries_are_forgotten_once_ended(opened, planner):
    webhook = await subscribe(opened, URL, LOGGED)
    await opened.log_many(4)
    await planner()
    await opened.rows(
        "UPDATE webhook_deliveries SET outcome = 'delivered', created_at = now() - interval '1 y', "
        "ended_at = now() - CASE position WHEN 2 THEN interval '31 d' ELSE interval '29 d' END "
        "WHERE position < 4 RETURNING 1"
    )
    queue = Queue(opened.pool)
    assert await queue.forget()
    assert not await queue.forget()
    assert await planned(opened, webhook) == [3, 4, 5]
