"""The services that endpoints use: the open system, the verifier, and shared and bounded reads."""

import time
from collections.abc import Sequence
from functools import partial

from uuid_utils.compat import uuid7

from api.streams.streams import EventStreams
from application.administering_accounts import Accounts
from application.administering_webhooks import Webhooks
from application.confidential import Keeper
from application.consenting import Consents
from infrastructure.accounts.consents import BegunConsents
from infrastructure.accounts.notices import Notices
from infrastructure.accounts.register import Register
from infrastructure.accounts.secrets import account_secrets
from infrastructure.accounts.states import States
from infrastructure.calendars.consents import CalendarConsents
from infrastructure.calendars.feeds import Feeds
from infrastructure.calendars.opening import open_service
from infrastructure.calendars.probing import CalendarProber
from infrastructure.following.follower import Follower
from infrastructure.identity.verifier import TokenVerifier
from infrastructure.metrics import Metrics
from infrastructure.oauth.registered import providers_of
from infrastructure.outside.way_out import WayOut
from infrastructure.postgres.bounded_queries import BoundedQueries, LookingBack
from infrastructure.postgres.fetch import fetching
from infrastructure.postgres.readiness import Readiness
from infrastructure.postgres.shared_reads import SharedReads
from infrastructure.postgres.tenant_pools import TenantPools
from infrastructure.projecting.status import figures
from infrastructure.projecting.waiting import PATIENCE, caught_up
from infrastructure.publishing.tenant_feed import TenantFeed
from infrastructure.publishing.tenant_heads import Heads
from infrastructure.sealing.keys import Keys
from infrastructure.settings import Settings
from infrastructure.sync.due import figures as sync_figures
from infrastructure.system import System
from infrastructure.tenant_limiter import ByteBudget, TenantLimiter
from infrastructure.webhooks.confidential import confidential
from infrastructure.webhooks.delivery_log import due
from infrastructure.webhooks.register import WebhookRegister
from infrastructure.webhooks.signing import new_secret
from infrastructure.webhooks.trying import Tester
from projections.all_models import READ_MODELS
from projections.timeline.pages import TimelinePage, TimelineRead, large_page, shared_pages

MEASURES = 1.0
"""Seconds for which the figures of read models, webhooks and calendars are good enough."""

CALLERS = 10_000
"""Callers of one measurement."""

FEED_READERS, FEED_READERS_OF_A_TENANT = 4, 2
"""Calendar feeds that are read at once."""

FEED_PATIENCE = 5.0
"""Seconds that a reader of a feed waits for its turn."""

NOTICES = 2
"""Notices of calendars that are looked up at once; those of a channel one after another."""

NOTICE_PATIENCE = 2.0
"""Seconds that a notice waits for its turn."""

BODIES = 128 * 1024 * 1024
BODIES_OF_A_TENANT = 32 * 1024 * 1024
"""Bytes of request bodies that are waited for."""

ANSWERS = 128 * 1024 * 1024
ANSWERS_OF_A_TENANT = 32 * 1024 * 1024
"""Bytes of answers that wait for their clients."""


class Services:
    """`bounded_queries` are those that may take long; `tenant_feed` has a tenant's events, and
    `streams` as they come."""

    def __init__(
        self,
        settings: Settings,
        system: System,
        keys: Keys,
        verifier: TokenVerifier,
        metrics: Metrics,
        projector: Follower,
        heads: Heads,
        webhook_tester: Tester,
    ):
        self.settings = settings
        self.system = system
        self.fetch = fetching(system.pool)
        self.verifier = verifier
        self.metrics = metrics
        self.projector = projector
        self.patience = PATIENCE
        self.confidential = confidential(self.fetch, keys)
        self.webhooks = Webhooks(
            system.ledger,
            Keeper(self.confidential, uuid7),
            WebhookRegister(system.pool),
            webhook_tester,
            new_secret,
        )
        self.account_states = States(self.fetch)
        providers = providers_of(settings)
        way_out = WayOut(allow_private=settings.accounts_allow_private)
        self.accounts = Accounts(
            system.ledger,
            Keeper(account_secrets(self.fetch, keys), uuid7),
            Register(system.pool),
            CalendarProber(way_out, partial(open_service, providers=providers)),
            self.account_states,
            keys.require,
        )
        self.consents = Consents(
            self.accounts,
            BegunConsents(self.fetch, keys),
            CalendarConsents(providers, settings.base_url, way_out),
        )
        self._timelines: SharedReads[TimelineRead, TimelinePage | None] = SharedReads(
            partial(shared_pages, self.fetch)
        )
        self.pools = TenantPools(system.pool)
        self.bounded_queries = BoundedQueries(self.pools)
        self.looking_back = LookingBack(self.pools)
        self.tenant_feed = TenantFeed(self.pools)
        self.bodies = ByteBudget(BODIES, each=BODIES_OF_A_TENANT)
        self.answers = ByteBudget(ANSWERS, each=ANSWERS_OF_A_TENANT)
        self.calendar_feeds = Feeds(self.fetch)
        self.feed_readers = TenantLimiter(
            FEED_READERS, each=FEED_READERS_OF_A_TENANT, patience=FEED_PATIENCE
        )
        self.notices = Notices(self.fetch)
        self.notice_takers = TenantLimiter(NOTICES, each=1, patience=NOTICE_PATIENCE)
        self.readiness = Readiness(system.conninfo)
        self._measures: SharedReads[None, None] = SharedReads(
            self._measure, at_once=1, most=CALLERS
        )
        self._measured = -MEASURES
        self.streams = EventStreams(
            self.tenant_feed,
            heads,
            base_url=settings.base_url,
            most=settings.max_event_streams,
        )

    async def timeline(self, read: TimelineRead) -> TimelinePage | None:
        """A page of a timeline, None for an unknown or removed contact. A small one is read in one
        statement with others'; a large one on the tenant's own share of the connections."""
        page = await self._timelines.get(read)
        if page is not None and page.cut:
            page = await large_page(fetching(self.pools.of(read.tenant)), read)
        return page

    async def caught_up(self, read_models: Sequence[str], tenant: str) -> None:
        """Wait until read models behind the append have seen what anybody has been answered.
        Raises Behind, Unavailable."""
        await caught_up(self.system.pool, read_models, tenant, self.patience, self.projector)

    async def measure_lag(self) -> None:
        """Bring the figures of read models, webhooks and calendars up to date, once a second at
        most."""
        if time.monotonic() - self._measured >= MEASURES:
            await self._measures.get(None)

    async def _measure(self, asked: Sequence[None]) -> Sequence[None]:
        async with self.system.pool.connection() as connection:
            found = await figures(connection, READ_MODELS)
        for one in found:
            self.metrics.lag_events.labels(one.name).set(one.events)
            self.metrics.lag_seconds.labels(one.name).set(one.seconds)
        self.metrics.webhooks_due.set(await due(self.fetch))
        behind = await sync_figures(self.fetch)
        self.metrics.sync_waiting.set(behind.waiting)
        self.metrics.sync_waiting_seconds.set(behind.waiting_seconds)
        self.metrics.sync_unread_seconds.set(behind.unread_seconds)
        self.metrics.sync_channels.set(behind.channels)
        self._measured = time.monotonic()
        return asked
