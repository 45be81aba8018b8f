"""A site's list is written behind the append, and shows what has been answered all the same."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from infrastructure.following.session import Page
from infrastructure.projecting.row_writer import RowWriter
from tests.api.behaviour.dialect import Contact, Dialect
from tests.api.behaviour.dialects import DIALECTS
from tests.api.behaviour.speaker import Speaker
from tests.api.contracts.sites.office import PATH, Office, error
from tests.api.contracts.tracking.office import refused
from tests.api.running import SECONDS_TO_CATCH_UP, Service, running

SLOW = 0.15
"""Seconds that each page of the log takes a projector: far more than a request does."""

ANALYTICS = "/api/analytics/interactions"

each_dialect = pytest.mark.parametrize("writer", DIALECTS, ids=lambda one: one.name)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    land = RowWriter.land

    async def landing(self: RowWriter, page: Page) -> None:
        await asyncio.sleep(SLOW)
        await land(self, page)

    monkeypatch.setattr(RowWriter, "land", landing)


@contextmanager
def alone(conninfo: str) -> Iterator[Service]:
    """A kith that answers while nobody feeds what is behind the append."""
    with running(conninfo, project=False) as service:
        service.services.patience = 0.2
        yield service


def behind(response: httpx.Response) -> None:
    assert error(response, 503)["code"] == "READ_MODEL_BEHIND"
    assert response.headers["retry-after"] == "1"


@each_dialect
@pytest.mark.usefixtures("slow")
def test_a_logged_interaction_is_listed_at_once(
    service: Service, tenant: str, contact: Contact, writer: Dialect
):
    there, site = Speaker(writer, service, tenant, contact, None), Office(service, tenant)
    for count in range(1, 6):
        there.log(f"Needle {count}")
        assert len(site.found()) == count
        assert len(site.found(search="needle")) == count
        assert len(site.found(search=f"needle {count}")) == 1


@each_dialect
@pytest.mark.usefixtures("slow")
def test_a_change_through_another_contract_is_listed_at_once(
    service: Service, tenant: str, contact: Contact, writer: Dialect
):
    there, site = Speaker(writer, service, tenant, contact, None), Office(service, tenant)
    uuid, number = there.ids(there.log("Hay"))
    path, native = f"/api/interactions/{uuid}", service.client(tenant=tenant)
    for count in range(1, 4):
        changed = native.put(path, json={"location": f"Room {count}"})
        assert changed.status_code == 200, changed.text
        assert site.found(location=f"room {count}") == [number]
        assert site.found(location=f"room {count - 1}") == []
    assert native.delete(path).status_code == 204
    assert site.found() == []


def test_a_list_without_a_projector_is_503_with_retry_after(database, tenant):
    """The site's list is 503 as the analytics are. A tenant without events waits for nothing."""
    with alone(database()) as service:
        site = Office(service, tenant)
        assert site.found() == []
        number = site.create()["id"]
        for query in ({}, {"search": "client"}, {"sort_by": "title"}):
            behind(site.worker.get(PATH, params=query))
        problem = refused(site.native.get(ANALYTICS), 503, "read_model_behind")
        assert problem["detail"]
        assert site.read(number)["id"] == number  # one by its id is there with the append
        assert Office(service, "2").found() == []


def test_a_list_waits_for_a_projector_of_another_process(database, tenant):
    conninfo = database()
    with alone(conninfo) as service:
        site = Office(service, tenant)
        first = site.create()["id"]
        behind(site.worker.get(PATH))
        service.services.patience = SECONDS_TO_CATCH_UP
        with running(conninfo) as other:
            assert Office(other, tenant).found() == [first]
            for count in range(2, 22, 2):
                site.create()
                assert len(Office(other, tenant).found()) == count
                Office(other, tenant).create()
                assert len(site.found(search="client")) == count + 1
