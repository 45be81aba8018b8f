"""The pages that event streams hold are bounded in bytes: of each tenant, and of all."""

import asyncio
import time

import pytest

from api.streams import source
from api.streams.source import Frames, StreamFilter
from infrastructure.tenant_limiter import LimitReached
from tests.api.contracts.tracking import office
from tests.api.running import Service
from tests.api.streaming import events, frames, listening

LARGE = "x" * 100_000


def read(service: Service, tenant: str, after: int = 0) -> Frames:
    """The page after a position, which counts until it is let go."""
    wanted = StreamFilter(tenant, frozenset(), None, frozenset())
    page = service.services.streams.source.frames(wanted, after)
    return asyncio.run_coroutine_threadsafe(page, service.loop).result(60)


@pytest.fixture
def two(service: Service, tenant: str, other_tenant: str) -> tuple[str, str]:
    """Tenants with events of some 400 KB each."""
    for one in (tenant, other_tenant):
        client = service.client(tenant=one)
        contact = office.add(client)
        for _ in range(4):
            office.log(client, contact, notes=LARGE)
    return tenant, other_tenant


@pytest.mark.parametrize("shared", [False, True])
def test_a_tenants_streams_hold_so_many_bytes_at_most(
    service: Service, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch, shared: bool
):
    bound, most = ("HELD", 600_000) if shared else ("HELD_OF_A_TENANT", 300_000)
    monkeypatch.setattr(source, bound, most)
    tenant, other = two
    held = [read(service, tenant)]
    if shared:
        held.append(read(service, other))
    assert len(held[0].sent) > source.PAGE_BYTES
    with pytest.raises(LimitReached):
        read(service, tenant, held[0].last)
    if not shared:
        assert read(service, other).sent
    last = held[0].last
    held.clear()
    assert read(service, tenant, last).sent


def test_a_mutant_without_the_bound_holds_every_page(
    service: Service, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(source, "HELD_OF_A_TENANT", 1 << 60)
    held = [read(service, two[0], 0)]
    held.append(read(service, two[0], held[0].last))
    assert all(page.sent for page in held)


@pytest.mark.usefixtures("impatient")
def test_a_stream_waits_until_its_tenants_streams_hold_less(
    service: Service, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("api.streams.stream.PAUSE", 0.05)
    monkeypatch.setattr(source, "HELD_OF_A_TENANT", 300_000)
    held = [read(service, two[0])]
    with listening(service.client(tenant=two[0]), 0) as response:
        stream = frames(response)
        assert next(stream).comment is None
        assert next(stream).comment == "heartbeat"
        held.clear()
        told = next(frame for frame in stream if frame.data is not None)
    assert told.type == "kith.contact.added.v1"


def test_a_stream_outlasts_a_moment_without_a_connection_for_its_tenant(
    service: Service, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("api.streams.stream.PAUSE", 0.05)
    feed, tried = service.services.streams.source.feed, list[float]()
    page = feed.page

    async def busy(*asked: object) -> object:
        tried.append(time.monotonic())
        if len(tried) < 3:
            raise LimitReached
        return await page(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(feed, "page", busy)
    with listening(service.client(tenant=two[0]), 0) as response:
        assert next(events(response)).type == "kith.contact.added.v1"
    assert len(tried) >= 3


def test_an_event_larger_than_a_piece_arrives_whole(service: Service, two: tuple[str, str]):
    with listening(service.client(tenant=two[0]), 0) as response:
        stream = events(response)
        next(stream)
        assert next(stream).data["data"]["record"]["said"]["notes"] == LARGE
