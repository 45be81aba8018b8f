"""Replays: events sent again within bounds, so that no tenant waits for another's."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from application.entity import Entity
from domain.webhook import (
    Reason,
    WebhookDisabled,
    WebhookEnabled,
    WebhookRemoved,
    WebhookReplayRequested,
)
from infrastructure.postgres.fetch import fetching
from infrastructure.webhooks import planning, replaying
from infrastructure.webhooks.planning import Planner
from infrastructure.webhooks.queue import Queue
from infrastructure.webhooks.replaying import finished, replay
from tests.infrastructure.projecting.support import Ledger, eventually, land_everything
from tests.infrastructure.webhooks.support import LOGGED, outcomes, planned, spoil, subscribe

pytestmark = pytest.mark.anyio

URL = "https://hooks.invalid/"
NEVER = "kith.meeting.missed.v1"
ADDED = "kith.contact.added.v1"

Plan = Callable[..., Awaitable[None]]


async def ask(opened: Ledger, webhook: Entity, after: int = 0) -> Entity:
    return await opened.append(webhook.stream, webhook, WebhookReplayRequested(after=after))


async def land(opened: Ledger) -> None:
    """Note the replays that were asked for, without planning any."""
    await land_everything(opened.conninfo, Planner())


async def waiting(opened: Ledger) -> int:
    return int(await opened.value("SELECT count(*) FROM webhook_replays"))


class TestReplaying:
    @pytest.mark.parametrize("page_size", [1, 3, 1000])
    @pytest.mark.parametrize("types", [(LOGGED,), (LOGGED, NEVER, ADDED), ()])
    async def test_goes_back_before_the_subscription_wherever_pages_end(
        self, opened, planner, page_size, types
    ):
        entities = await opened.log_many(7)
        contact = await opened.contact()
        await opened.log_many(2, tenant="2")
        webhook = await subscribe(opened, URL, *types)
        asked = await ask(opened, webhook, entities[0].position)
        later = await opened.log()
        await planner(page_size)
        expected = sorted(each.position for each in entities[1:])
        expected += [contact.position] if types != (LOGGED,) else []
        expected += [webhook.position, asked.position] if not types else []
        assert await planned(opened, webhook, "replay") == expected
        assert (await planned(opened, webhook))[-1] == later.position
        assert await waiting(opened) == 0

    async def test_waits_while_too_much_waits_already(self, opened, planner, monkeypatch):
        monkeypatch.setattr(
            replaying, "TAKE_REPLAY", replaying.TAKE_REPLAY.replace("OFFSET 999", "OFFSET 4")
        )
        await opened.log_many(20)
        webhook = await subscribe(opened, URL, LOGGED)
        await ask(opened, webhook)
        await planner(4)
        assert len(await planned(opened, webhook, "replay")) == 8
        await opened.rows(
            "UPDATE webhook_deliveries SET outcome = 'delivered', ended_at = now() RETURNING 1"
        )
        await planner(4)
        assert len(await planned(opened, webhook, "replay")) == 16

    async def test_an_unreadable_replay_holds_up_nothing(self, opened, planner):
        webhook = await subscribe(opened, URL, LOGGED)
        await spoil(opened, await ask(opened, webhook))
        later = await opened.log()
        await planner()
        assert await planned(opened, webhook) == [later.position]
        assert await planned(opened, webhook, "replay") == []

    async def test_a_single_delivery_is_planned_at_once_whatever_its_type(self, opened):
        webhook = await subscribe(opened, URL, NEVER)
        other = await opened.log(tenant="2")
        logged = await opened.log()
        for entity in (other, logged):
            event = WebhookReplayRequested(after=entity.position - 1, delivery=webhook.id)
            webhook = await opened.append(webhook.stream, webhook, event)
        await land(opened)
        assert await planned(opened, webhook, "replay") == [logged.position]
        assert await waiting(opened) == 0

    async def test_is_finished_once_it_has_been_planned(self, opened):
        fetch = fetching(opened.pool)
        webhook = await subscribe(opened, URL, LOGGED)
        for number in range(2):
            webhook = await ask(opened, webhook)
            single = WebhookReplayRequested(after=0, delivery=webhook.id)
            webhook = await opened.append(webhook.stream, webhook, single)
            assert await finished(fetch, "1", webhook.id) == number
            await land(opened)
            assert await finished(fetch, "1", webhook.id) == number
            assert webhook.state.replays == number + 1
            assert await replay(opened.pool) == "1"
            assert await finished(fetch, "1", webhook.id) == number + 1


class TestTurns:
    async def turns(self, opened: Ledger) -> list[str]:
        """The tenants whose replays are planned, one with three large ones and two with one."""
        for tenant, count in (("1", 3), ("2", 1), ("3", 1)):
            await opened.log_many(4, tenant=tenant)
            for _ in range(count):
                await ask(opened, await subscribe(opened, URL, LOGGED, tenant=tenant))
        await land(opened)
        queue, turns = Queue(opened.pool), []
        while await queue.replay():
            turns.append(queue._turn)
        return turns

    @pytest.fixture(autouse=True)
    def small_pages(self, monkeypatch):
        monkeypatch.setattr(replaying.replay, "__defaults__", (2,))

    async def test_tenants_take_turns(self, opened):
        turns = await self.turns(opened)
        assert turns[:9] == ["1", "2", "3"] * 3
        assert set(turns[9:]) == {"1"}

    async def test_replays_in_the_order_of_the_log_are_detected(self, opened, monkeypatch):
        """The mutant: the tenant with most replays goes first."""
        order = "ORDER BY r.tenant <= %(turn)s, r.tenant, r.position"
        mutant = replaying.TAKE_REPLAY.replace(order, "ORDER BY %(turn)s::text IS NULL, r.position")
        assert mutant != replaying.TAKE_REPLAY
        monkeypatch.setattr(replaying, "TAKE_REPLAY", mutant)
        turns = await self.turns(opened)
        assert turns[:9] == ["1"] * 9

    async def test_a_replay_without_room_doesnt_delay_another(self, opened, monkeypatch):
        monkeypatch.setattr(
            replaying, "TAKE_REPLAY", replaying.TAKE_REPLAY.replace("OFFSET 999", "OFFSET 0")
        )
        await opened.log_many(4)
        full, free = [await subscribe(opened, URL, kind) for kind in (LOGGED, NEVER)]
        await opened.log()
        for webhook in (full, free):
            await ask(opened, webhook)
        await land(opened)
        while await replay(opened.pool):
            pass
        assert await opened.rows("SELECT webhook FROM webhook_replays") == [(full.id,)]


class TestMatchingNothing:
    @pytest.fixture
    async def pages(self, opened, monkeypatch) -> Callable[[], Awaitable[int]]:
        """The number of pages that a replay takes which matches nothing."""

        async def count() -> int:
            await opened.log_many(20)
            await ask(opened, await subscribe(opened, URL, NEVER))
            await land(opened)
            pages = 0
            while await replay(opened.pool, 2):
                pages += 1
            return pages

        return count

    async def test_ends_without_reading_the_log(self, opened, pages):
        assert await pages() == 1
        assert await waiting(opened) == 0

    async def test_a_replay_that_reads_the_whole_log_is_detected(self, pages, monkeypatch):
        """The mutant: pages of all types."""
        original = replaying.plan

        def plan(_: bool, limit: int) -> str:
            return original(False, limit).replace("$3::bigint", "$3::bigint AND $5 <> '{}'::text[]")

        monkeypatch.setattr(replaying, "plan", plan)
        assert await pages() > 10


class TestEnding:
    async def test_a_webhook_that_ended_meanwhile_is_sent_nothing(self, opened, planner):
        await opened.log()
        webhook = await subscribe(opened, URL, LOGGED)
        asked = await ask(opened, webhook)
        await opened.append(webhook.stream, asked, WebhookRemoved())
        await planner()
        assert await planned(opened, webhook, "replay") == []
        assert await waiting(opened) == 0

    @pytest.mark.parametrize("end", [WebhookRemoved(), WebhookDisabled(reason=Reason.GONE)])
    async def test_replays_are_dropped_with_their_webhook(self, opened, end):
        webhook, other = [await subscribe(opened, URL, LOGGED) for _ in "12"]
        asked = await ask(opened, webhook)
        await ask(opened, other)
        await land(opened)
        assert await waiting(opened) == 2
        await opened.append(webhook.stream, asked, end)
        await land(opened)
        assert await opened.rows("SELECT webhook FROM webhook_replays") == [(other.id,)]

    async def test_a_replay_asked_for_after_the_webhook_was_enabled_stays(self, opened):
        webhook = await subscribe(opened, URL, LOGGED)
        asked = await ask(opened, webhook)
        disabled = await opened.append(
            webhook.stream, asked, WebhookDisabled(reason=Reason.GONE), WebhookEnabled()
        )
        again = await ask(opened, disabled)
        await land(opened)
        found = await opened.rows("SELECT position FROM webhook_replays")
        assert found == [(again.position,)]

    async def test_a_replay_whose_webhook_ended_is_dropped_unread(self, opened):
        await opened.log_many(5)
        webhook = await subscribe(opened, URL)
        asked = await ask(opened, webhook)
        await land(opened)
        await opened.append(webhook.stream, asked, WebhookRemoved())
        assert await replay(opened.pool, 2) == "1"
        assert await waiting(opened) == 0
        assert await planned(opened, webhook, "replay") == []

    async def meanwhile(self, opened: Ledger, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The outcomes of a replay's deliveries, of a webhook that is removed while they are
        planned."""
        original, removed, under_way = replaying._planned, asyncio.Event(), asyncio.Event()

        async def slowly(*arguments: Any) -> int | None:
            reached = await original(*arguments)
            under_way.set()
            await removed.wait()
            return reached

        monkeypatch.setattr(replaying, "_planned", slowly)
        await opened.log_many(3)
        webhook = await subscribe(opened, URL, LOGGED)
        asked = await ask(opened, webhook)
        await land(opened)
        replayed = asyncio.create_task(replay(opened.pool))
        await under_way.wait()
        await opened.append(webhook.stream, asked, WebhookRemoved())
        landed = asyncio.create_task(land(opened))

        async def waits_or_has_landed() -> bool:
            locked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            return landed.done() or bool(await opened.value(locked))

        await eventually(waits_or_has_landed)
        removed.set()
        await asyncio.gather(replayed, landed)
        return [outcome for outcome, *_ in await outcomes(opened, webhook.id)]

    async def test_deliveries_planned_while_the_webhook_is_removed_are_canceled(
        self, opened, monkeypatch
    ):
        assert await self.meanwhile(opened, monkeypatch) == ["canceled"] * 3
        assert await waiting(opened) == 0

    async def test_deliveries_canceled_before_their_replay_is_dropped_are_detected(
        self, opened, monkeypatch
    ):
        """The mutant: they wait for ever."""
        cancel, drop = planning.CANCEL, replaying.DROP_REPLAYS
        monkeypatch.setattr(planning, "CANCEL", drop)
        monkeypatch.setattr(planning, "DROP_REPLAYS", cancel)
        assert await self.meanwhile(opened, monkeypatch) == ["pending"] * 3
