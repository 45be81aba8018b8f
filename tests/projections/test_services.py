"""A tenant's services: its own rows over the built-in ones."""

from uuid import UUID

import pytest

from application.catalogue import ORIGIN
from application.entity import Entity
from domain.catalogue.services import BUILT_IN_SERVICES
from domain.service import Service, ServiceShown, built_in_id
from domain.streams import StreamName
from projections.catalogue.services import SERVICES, offers, services
from projections.read_model import Put, Step
from tests.domain.test_service import ADDED, HIDDEN, OFFER
from tests.projections.given import ID, given, steps

SEVEN = built_in_id(7)


def test_an_own_service_stands_with_its_offer():
    row = given(ADDED).row(SERVICES)
    assert row.pop("offer") == OFFER.model_dump_json()
    assert row == {"tenant": "1", "id": ID, "number": 100_001, "hidden": False, "position": 1}


def test_a_built_in_service_stores_its_visibility_alone():
    row = given((SEVEN, HIDDEN)).row(SERVICES)
    assert (row["id"], row["number"], row["offer"], row["hidden"]) == (SEVEN, 7, None, True)
    shown = given((SEVEN, HIDDEN), (SEVEN, ServiceShown(number=7))).row(SERVICES)
    assert (shown["hidden"], shown["position"]) == (False, 2)


def test_hiding_a_built_in_service_is_the_same_in_append_and_rebuild():
    (rebuilt,) = steps((SEVEN, HIDDEN))
    untouched = Entity(StreamName("1", Service.kind, SEVEN), Service(7), 0, 0, ORIGIN, ORIGIN)
    (put,) = SERVICES.project(Step(rebuilt.recorded, untouched, rebuilt.after))
    assert put == Put(("1", SEVEN), tuple(given((SEVEN, HIDDEN)).rows(SERVICES)))


def table(*rows: tuple[UUID, int, str | None, bool, int]):
    async def fetch(_sql: str, _parameters: object) -> list[tuple[object, ...]]:
        return list(rows)

    return fetch


@pytest.mark.anyio
async def test_a_tenants_changes_override_the_built_in_services():
    hidden = (SEVEN, 7, None, True, 5)
    own = (ID, 100_001, OFFER.model_dump_json(), False, 6)
    found = await services(table(hidden, own), "1")
    assert list(found) == [*BUILT_IN_SERVICES, 100_001]
    assert (found[7].hidden, found[7].offered, found[7].position) == (True, BUILT_IN_SERVICES[7], 5)
    assert (found[13].hidden, found[13].position, found[13].built_in) == (False, 0, True)
    assert (found[100_001].offered, found[100_001].built_in) == (OFFER, False)
    assert set(await offers(table(hidden, own), "1")) == set(found) - {7}
