"""The one composition root: here, and nowhere else, the parts are put together."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from api.contracts_served import native, others, service_alone
from api.http.front import Front, FrontDoor
from api.identity import verifier_of
from api.sealed import STORES
from api.services import Services
from infrastructure.accounts.forgetting import forgetting_accounts
from infrastructure.append.flusher import Committed
from infrastructure.append.forgetting import forgetting
from infrastructure.calendars.opening import open_service
from infrastructure.following.follower import Follower
from infrastructure.metrics import Metrics
from infrastructure.oauth.registered import providers_of
from infrastructure.outside.way_out import WayOut
from infrastructure.postgres.fetch import fetching
from infrastructure.projecting.projectors import projector, throttled_projector
from infrastructure.publishing.tenant_heads import Heads
from infrastructure.relay.relay import Relay
from infrastructure.sealing.key_source import keys_of
from infrastructure.sealing.resealing import seal_plain
from infrastructure.settings import Settings
from infrastructure.sync.running import syncing
from infrastructure.system import open_system
from infrastructure.webhooks.confidential import confidential
from infrastructure.webhooks.delivering import delivering
from infrastructure.webhooks.posting import Poster
from infrastructure.webhooks.trying import Tester


@asynccontextmanager
async def open_services(
    settings: Settings,
    conninfo: str,
    *,
    project: bool = True,
    relay: bool = True,
    webhooks: bool = True,
    sync: bool = True,
) -> AsyncIterator[Services]:
    """Open everything a server needs. With `project`, this process follows the log for the read
    models behind the append; with `relay`, for Kafka, if one is configured; with `webhooks`, it
    plans and delivers webhooks; with `sync`, it keeps calendars in step, if there are keys to open
    their credentials with. Of several processes that follow for one purpose, one does."""
    own = projector(conninfo)
    followers: list[Follower] = [own, throttled_projector(conninfo)] if project else []
    committed: list[Committed] = []
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        system = await stack.enter_async_context(open_system(conninfo, committed=committed))
        keys, fetch = keys_of(settings), fetching(system.pool)
        for store in STORES:
            await seal_plain(fetch, keys, store)
        await stack.enter_async_context(forgetting(system.pool, settings.idempotency_days))
        await stack.enter_async_context(forgetting_accounts(system.pool))
        metrics.watch(system.appender)
        heads = Heads(system.pool)
        committed.append(heads.committed)
        poster = Poster(allow_private=settings.webhooks_allow_private)
        tester = Tester(fetch, confidential(fetch, keys), poster)
        if relay and settings.kafka_bootstrap_servers:
            relays = Follower(conninfo, Relay(settings))
            metrics.watch_relay(lambda: relays.lag, lambda: relays.owner)
            followers.append(relays)
        for follower in followers:
            await follower.start()
            stack.push_async_callback(follower.stop)
            committed.append(follower.committed)
        if webhooks:
            ledger, count = system.ledger, metrics.count_delivery
            delivery = delivering(conninfo, settings, keys, ledger, count=count)
            planner = await stack.enter_async_context(delivery)
            committed.append(planner.committed)
        if sync and keys:
            way_out = WayOut(allow_private=settings.accounts_allow_private)
            calendars = syncing(
                conninfo,
                keys,
                system.ledger,
                system.log,
                way_out,
                partial(open_service, providers=providers_of(settings)),
                notices_url=settings.notices_url,
                count=metrics.count_visit,
            )
            committed.append((await stack.enter_async_context(calendars)).committed)
        verifier = verifier_of(settings)
        services = Services(settings, system, keys, verifier, metrics, own, heads, tester)
        stack.push_async_callback(services.readiness.close)
        metrics.watch_streams(lambda: services.streams.count)
        yield services


class Application(Front):
    """The ASGI application. The server opens the services before it takes requests, because a
    mounted application's lifespan never runs. Without `api` it answers only what concerns the
    service itself."""

    def __init__(self, services: Services, *, api: bool = True):
        app: ASGIApp = FrontDoor(native(), others()) if api else FrontDoor(service_alone())
        origins = services.settings.cors_origins
        if origins:
            app = CORSMiddleware(
                app,
                allow_origins=list(origins),
                allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=["*"],
                expose_headers=["ETag", "Link", "Location", "Retry-After", "X-Request-ID"],
            )
        super().__init__(app, services)
