"""The one composition root: here, and nowhere else, the parts are put together."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.contracts_served import native, others, system_app
from api.http.front import Front
from api.http.front_door import FrontDoor
from api.identity import verifier_of
from api.services import Services
from infrastructure.following.runner import Runner
from infrastructure.metrics import Metrics
from infrastructure.postgres.fetch import fetching
from infrastructure.postgres.locks import LEISURE_LOCK
from infrastructure.projecting import throttled_writer as leisure
from infrastructure.publishing.tenant_heads import Heads
from infrastructure.relay.relay import Relay
from infrastructure.settings import Settings
from infrastructure.system import open_system
from infrastructure.webhooks.delivering import delivering
from infrastructure.webhooks.dispatcher import Dispatcher
from infrastructure.webhooks.posting import Poster
from infrastructure.webhooks.trying import Tester
from projections.all_models import READ_MODELS
from projections.read_model import Step


@asynccontextmanager
async def open_services(
    settings: Settings,
    conninfo: str,
    *,
    project: bool = True,
    relay: bool = True,
    webhooks: bool = True,
) -> AsyncIterator[Services]:
    """Open everything a server needs. With `project`, this process also feeds the read models
    behind the append, unless another one already does. With `relay`, it also sends the log to
    Kafka, where one is set, on the same terms. With `webhooks`, it delivers those, beside whoever
    else does."""
    runner, leisurely = _runner(conninfo), _leisurely(conninfo)
    heads = Heads()
    relaying = Relay(conninfo, settings) if relay and settings.kafka_bootstrap_servers else None

    def committed(steps: Sequence[Step]) -> None:
        runner.committed(steps)
        leisurely.wake()
        heads.committed(steps)
        if relaying is not None:
            relaying.wake()
        if dispatcher is not None:
            dispatcher.wake()

    dispatcher: Dispatcher | None = None
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        system = await stack.enter_async_context(open_system(conninfo, committed=committed))
        metrics.watch(system.door)
        heads.read_from(system.pool)
        if project:
            await runner.start()
            await leisurely.start()
        tester = Tester(
            fetching(system.pool), Poster(allow_private=settings.webhooks_allow_private)
        )
        stack.push_async_callback(tester.close)
        if webhooks:
            delivery = delivering(conninfo, settings, system.ledger, count=metrics.count_delivery)
            dispatcher = await stack.enter_async_context(delivery)
        if relaying is not None:
            metrics.watch_relay(lambda: relaying.lag, lambda: relaying.owner)
            relaying.start()
        try:
            services = Services(
                settings, system, verifier_of(settings), metrics, runner, heads, tester
            )
            metrics.watch_streams(lambda: services.streams.count)
            yield services
        finally:
            if relaying is not None:
                await relaying.stop()
            await leisurely.stop()
            await runner.stop()


def _runner(conninfo: str) -> Runner:
    behind = [model for model in READ_MODELS if not (model.with_append or model.at_leisure)]
    return Runner(conninfo, behind)


def _leisurely(conninfo: str) -> Runner:
    return Runner(
        conninfo,
        [model for model in READ_MODELS if model.at_leisure],
        page_size=leisure.PAGE_SIZE,
        make_writer=leisure.LeisurelyWriter,
        lock=LEISURE_LOCK,
        poll=leisure.POLL,
    )


class Application:
    """The ASGI application. The server opens the services before it takes requests, because a
    mounted application's lifespan never runs. Without `api` it answers only what concerns the
    service itself."""

    def __init__(self, services: Services, *, api: bool = True):
        self.services = services
        app: ASGIApp = FrontDoor(native(), others()) if api else system_app()
        origins = services.settings.cors_origins
        if origins:
            app = CORSMiddleware(
                app,
                allow_origins=list(origins),
                allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=["*"],
                expose_headers=["ETag", "Link", "Location", "Retry-After", "X-Request-ID"],
            )
        self._app = Front(app, services.metrics)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["kith"] = self.services
        await self._app(scope, receive, send)
