"""Every behaviour is told to every dialect that can say it, at both of its addresses."""

from typing import Any

import pytest

from tests.api.behaviour.dialect import Contact
from tests.api.behaviour.dialects import DIALECTS
from tests.api.behaviour.speaker import Speaker
from tests.api.running import Service


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test class names its behaviour in `behaviour`."""
    if "speaker" not in metafunc.fixturenames:
        return
    said = [one for one in DIALECTS if metafunc.cls.behaviour not in one.unsaid]
    params = [(one, claim) for one in said for claim in (None, one.name)]
    names = [f"{one.name} at {'the origin' if claim else 'its base'}" for one, claim in params]
    metafunc.parametrize("speaker", params, ids=names, indirect=True)


@pytest.fixture
def contact(service: Service, tenant: str) -> Contact:
    """A contact of user 5."""
    added = service.client(tenant=tenant).post("/api/contacts", json={"name": "Ann"}).json()
    return Contact(added["id"], added["number"])


@pytest.fixture
def speaker(
    request: pytest.FixtureRequest, service: Service, tenant: str, contact: Contact
) -> Speaker:
    dialect, claim = _param(request)
    return Speaker(dialect, service, tenant, contact, claim)


def _param(request: pytest.FixtureRequest) -> Any:
    return request.param
