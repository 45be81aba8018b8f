"""What the endpoints are given: the open system, the verifier, and the queries that share reads."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from api.streams.streams import EventStreams
from infrastructure.following.runner import Runner
from infrastructure.identity.verifier import TokenVerifier
from infrastructure.metrics import Metrics
from infrastructure.postgres.bounded_queries import BoundedQueries
from infrastructure.postgres.fetch import fetching
from infrastructure.postgres.locks import WEBHOOKS_LOCK
from infrastructure.postgres.shared_reads import SharedReads
from infrastructure.projecting.status import lag
from infrastructure.projecting.waiting import caught_up
from infrastructure.publishing.tenant_feed import TenantLog
from infrastructure.publishing.tenant_heads import Heads
from infrastructure.settings import Settings
from infrastructure.system import System
from infrastructure.webhooks.delivery_log import due
from infrastructure.webhooks.trying import Tester
from projections.timeline.pages import Page, Question, fetch_pages


class Services:
    """`timelines` answers pages of timelines, many in one statement; `bounded_queries` are
    those that may take long; `tenant_log` tells a tenant's events, and `streams` as they come."""

    def __init__(
        self,
        settings: Settings,
        system: System,
        verifier: TokenVerifier,
        metrics: Metrics,
        runner: Runner,
        heads: Heads,
        webhook_tester: Tester,
    ):
        self.settings = settings
        self.system = system
        self.fetch = fetching(system.pool)
        self.verifier = verifier
        self.metrics = metrics
        self.runner = runner
        self.webhook_tester = webhook_tester
        self._adding_webhooks = asyncio.Lock()
        self.timelines: SharedReads[Question, Page | None] = SharedReads(self._pages)
        self.bounded_queries = BoundedQueries(system.pool)
        self.tenant_log = TenantLog(system.pool)
        self.streams = EventStreams(
            self.tenant_log,
            heads,
            base_url=settings.base_url,
            most=settings.max_event_streams,
        )

    @asynccontextmanager
    async def adding_webhooks(self, tenant: str) -> AsyncIterator[None]:
        """One at a time for each tenant, whichever process adds it: so a tenant's can be counted
        before another is added. Raises psycopg.OperationalError and PoolTimeout."""
        # Who waits for another process holds a connection: here, only one does.
        async with (
            self._adding_webhooks,
            self.system.pool.connection() as connection,
            connection.transaction(),
        ):
            sql = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
            await connection.execute(sql, (WEBHOOKS_LOCK, tenant))
            yield

    async def _pages(self, questions: Sequence[Question]) -> list[Page | None]:
        return await fetch_pages(self.fetch, questions)

    async def caught_up(self, read_models: Sequence[str], tenant: str) -> None:
        """Wait until read models behind the append have seen what anybody has been answered.
        Raises Behind, Unavailable."""
        await caught_up(self.system.pool, read_models, tenant, runner=self.runner)

    async def measure_lag(self) -> None:
        """Bring the figures of the read models and of the webhooks up to date."""
        for read_model, events, seconds in await lag(self.system.pool):
            self.metrics.lag_events.labels(read_model).set(events)
            self.metrics.lag_seconds.labels(read_model).set(seconds)
        self.metrics.webhooks_due.set(await due(self.fetch))
