"""Fixtures of all tests: one real PostgreSQL, with durable settings, and databases on it; and one
real Kafka broker, for those that need it."""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Generator, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from infrastructure.embedded import EmbeddedPostgres
from infrastructure.embedded.owner import OWNER
from tests.brokers import chosen
from tests.brokers.broker import RealBroker

# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile(
    "kith", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("kith")


LONG = (
    "tests/faults/",
    "tests/neighbours/",
    "tests/examples/",
    "tests/infrastructure/relay/",
    "tests/infrastructure/webhooks/test_crashes",
    "tests/infrastructure/append/test_no_loss",
    "tests/infrastructure/sync/test_kills",
    "tests/infrastructure/sync/test_converging",
    "tests/api/test_hostile_",
    "tests/api/test_secrets",
)
"""Half a minute and more."""


def pytest_report_header() -> str:
    return f"broker: {chosen.named()}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long begin first, so that no worker is left alone with one in the end."""
    items.sort(key=lambda item: not any(name in item.nodeid for name in LONG))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test of bad texts may log a surrogate, which a worker can't send to the controller."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Async tests run on the event loop that `kith serve` runs on."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def make_directory() -> Iterator[Callable[[], Path]]:
    """Makes directories with short paths, as sockets need, and removes them in the end.

    pytest's own tmp_path lies below directories that PostgreSQL's user can't enter.
    """
    made: list[Path] = []

    def make() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="kith-test-")))
        made[-1].chmod(0o711)  # as root, PostgreSQL's user has to get to what is below
        return made[-1]

    yield make
    for path in made:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def data_dir(make_directory: Callable[[], Path]) -> Path:
    """An empty data directory."""
    return make_directory()


@pytest.fixture(scope="session")
def postgres(make_directory: Callable[[], Path]) -> Iterator[EmbeddedPostgres]:
    """The PostgreSQL that all tests share. Nothing is made less durable for speed."""
    data_dir = make_directory()
    with EmbeddedPostgres(data_dir) as server:
        yield server
        # It goes with its data: it needn't write them all to the disk.
        pid = (data_dir / "postgres" / "data" / "postmaster.pid").read_text().split()[0]
        os.kill(int(pid), signal.SIGQUIT)


@pytest.fixture(scope="session")
def database(postgres: EmbeddedPostgres) -> Callable[[], str]:
    """Makes an empty database at each call and returns its connection string."""
    numbers = count(1)

    def make() -> str:
        name = f"test_{next(numbers)}"
        owned = sql.SQL("CREATE DATABASE {} OWNER {}").format(*map(sql.Identifier, (name, OWNER)))
        with psycopg.connect(postgres.superuser_url, autocommit=True) as connection:
            connection.execute(owned)
        return postgres.url.replace("/kith?", f"/{name}?", 1)

    return make


@pytest.fixture(scope="module")
def module_database(database: Callable[[], str]) -> str:
    """One database for all tests of a module."""
    return database()


@pytest.fixture(scope="session")
def one_broker() -> Iterator[RealBroker]:
    """The broker that all tests share; starting Apache Kafka takes seconds."""
    with chosen.broker() as one:
        yield one


@pytest.fixture
def broker(one_broker: RealBroker) -> RealBroker:
    """A running broker without a topic."""
    one_broker.empty()
    return one_broker
