"""One running kith for all tests of the API. Each test has a tenant of its own."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.api.connected import without_services
from tests.api.running import Service, running

_tenants = count(1001)


@pytest.fixture(scope="session")
def service(database: Callable[[], str]) -> Iterator[Service]:
    """The application on a real PostgreSQL, as `kith serve` runs it."""
    with running(database()) as one:
        yield without_services(one)


@pytest.fixture
def tenant() -> str:
    """A tenant that nobody has used; a number, because a site's key has to be one."""
    return str(next(_tenants))


@pytest.fixture
def other_tenant() -> str:
    return str(next(_tenants))
