"""The roles as processes of their own: how they are, and who takes over when one is killed."""

import re
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpx
import pytest

from infrastructure.postgres.locks import PROJECTOR_LOCK, RELAY_LOCK, THROTTLED_LOCK
from projections.read_model import ReadModel
from tests.api.cli.running import KITH, ROOT
from tests.brokers.broker import RealBroker, free_port
from tests.brokers.messages import header
from tests.infrastructure.projecting.support import BEHIND, Ledger, eventually, ledger
from tests.infrastructure.relay.support import caught_up, check_complete, messages_of

pytestmark = pytest.mark.anyio


class Process:
    """A running role; what it is called by the database, and where it answers."""

    def __init__(self, popen: "subprocess.Popen[str]", url: str):
        self.popen = popen
        self.url = url

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, trust_env=False, timeout=60)

    def figure(self, name: str) -> float:
        found = re.search(
            rf"^{name}(?:{{[^}}]*}})? (\S+)$", self.get("/metrics").text, re.MULTILINE
        )
        assert found is not None, name
        return float(found[1])


@contextmanager
def role(name: str, conninfo: str, kafka: str) -> Iterator[Process]:
    env = {"PATH": "/usr/bin:/bin", "KITH_DATABASE_URL": conninfo}
    env |= {"KITH_KAFKA_BOOTSTRAP_SERVERS": kafka, "KITH_JWT_SECRET": "x" * 32}
    popen = subprocess.Popen(
        [*KITH, "serve", "--role", name],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert popen.stderr is not None
        said = popen.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert found is not None, said + popen.stderr.read()
        yield Process(popen, found[0])
    finally:
        popen.kill()
        popen.communicate()


@pytest.fixture
async def opened(database) -> AsyncIterator[Ledger]:
    async with ledger(database()) as one:
        yield one


async def owner(opened: Ledger, lock: int) -> int:
    """The session that holds a lock, 0 for none."""
    rows = await opened.rows(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = %s "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        lock,
    )
    assert len(rows) <= 1
    return int(rows[0][0]) if rows else 0


async def owned(opened: Ledger, lock: int) -> None:
    async def there() -> bool:
        return await owner(opened, lock) != 0

    await eventually(there)


async def fed(opened: Ledger, model: ReadModel) -> None:
    async def there() -> bool:
        return await opened.checkpoint(model.name) == await opened.head()

    await eventually(there)


async def test_a_relay_tells_how_it_is_and_serves_no_contract(opened: Ledger, broker: RealBroker):
    await opened.log_many(20)
    with role("relay", opened.conninfo, broker.address) as relay:
        await caught_up(opened)
        assert relay.get("/health/live").json() == {"status": "ok"}
        assert relay.get("/health/ready").status_code == 200
        assert relay.figure("kith_relay_lag_events") == 0
        assert relay.figure("kith_relay_owner") == 1
        assert relay.get("/api/contacts").status_code == 404
        relay.popen.send_signal(signal.SIGTERM)
        assert relay.popen.wait(60) == 0
    for message in await messages_of(broker):
        # The schemas are served by the API, not by the role, whatever its own port is.
        assert header(message, "ce_dataschema").startswith("http://localhost:8000/schemas/")


async def test_a_relay_whose_kafka_is_down_says_how_far_behind_it_is(opened: Ledger):
    await opened.log_many(20)
    with role("relay", opened.conninfo, f"127.0.0.1:{free_port()}") as relay:

        async def behind() -> bool:
            return relay.figure("kith_relay_lag_events") == 20

        await eventually(behind)
        assert relay.get("/health/ready").status_code == 200


async def test_a_relay_takes_over_from_one_that_was_killed(opened: Ledger, broker: RealBroker):
    with role("relay", opened.conninfo, broker.address) as first:
        await opened.log_many(50)
        await caught_up(opened)
        with role("relay", opened.conninfo, broker.address) as second:
            assert (first.figure("kith_relay_owner"), second.figure("kith_relay_owner")) == (1, 0)
            await opened.log_many(300)
            first.popen.kill()
            await opened.log_many(50)
            await caught_up(opened)
            assert second.figure("kith_relay_owner") == 1
    await check_complete(opened, await messages_of(broker))


async def test_a_projector_takes_over_from_a_killed_one_without_repeating_work(
    opened: Ledger,
):
    """Sums that were added to twice would be too high."""
    with role("projector", opened.conninfo, "") as first:
        await owned(opened, PROJECTOR_LOCK)
        await owned(opened, THROTTLED_LOCK)
        before = await owner(opened, PROJECTOR_LOCK)
        with role("projector", opened.conninfo, "") as second:
            await opened.log_many(300)
            assert await owner(opened, PROJECTOR_LOCK) == before
            first.popen.kill()
            await opened.log_many(200)
            for model in BEHIND:
                await fed(opened, model)
            assert await owner(opened, PROJECTOR_LOCK) not in (0, before)
            assert await opened.counted() == 500
            assert second.get("/health/ready").status_code == 200
            assert second.figure("kith_projection_lag_events") == 0
    assert await owner(opened, RELAY_LOCK) == 0
