"""`kith accounts`."""

from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from infrastructure.postgres.fetch import fetching
from infrastructure.sealing.keys import Keys
from infrastructure.webhooks.confidential import confidential
from tests.api.cli.running import run
from tests.infrastructure.projecting.support import emptied, ledger

pytestmark = pytest.mark.anyio

OLD = ("old", bytes(32))
FIRST = "new:" + "/" * 42 + "8="


async def test_rekey_seals_everything_with_the_first_key(module_database, monkeypatch):
    async with ledger(emptied(module_database)) as opened:
        values = confidential(fetching(opened.pool), Keys([OLD]))
        for number in range(3):
            await values.keep(uuid7(), "1", UUID(int=number), "whsec_1")
        monkeypatch.setenv("KITH_SECRET_KEYS", f"{FIRST},old:{'A' * 43}=")
        done = run(opened.conninfo, "accounts", "rekey")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "Secrets sealed with the first key: 3.\n"
        ((sealed,),) = await opened.rows(
            "SELECT count(*) FROM webhook_confidential WHERE value LIKE 'sealed:new:%'"
        )
        assert sealed == 3


async def test_rekey_counts_the_secrets_that_it_cant_open(module_database, monkeypatch):
    async with ledger(emptied(module_database)) as opened:
        await confidential(fetching(opened.pool), Keys([OLD])).keep(uuid7(), "1", uuid7(), "x")
        monkeypatch.setenv("KITH_SECRET_KEYS", FIRST)
        done = run(opened.conninfo, "accounts", "rekey")
    assert done.returncode == 1
    assert "can't be opened here, and stay as they are: 1." in done.stdout
    assert "needs the key old" in done.stderr


def test_rekey_without_keys_says_which_setting_is_missing(module_database, monkeypatch):
    monkeypatch.delenv("KITH_SECRET_KEYS", raising=False)
    done = run(module_database, "accounts", "rekey")
    assert done.returncode == 1
    assert "KITH_SECRET_KEYS" in done.stderr
