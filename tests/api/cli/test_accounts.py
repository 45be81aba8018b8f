"""`kith accounts`."""

from argparse import ArgumentParser
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from api.cli import CommandError, accounts
from domain.account import Suspension
from infrastructure.accounts.problems import Problems
from infrastructure.accounts.states import States
from infrastructure.postgres.fetch import fetching
from infrastructure.sealing.keys import Keys
from infrastructure.settings import Settings
from infrastructure.webhooks.confidential import confidential
from tests.api.cli.running import run
from tests.infrastructure.accounts.support import connect
from tests.infrastructure.projecting.support import Ledger, emptied, ledger

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


class TestLooking:
    @pytest.fixture
    async def opened(self, module_database) -> AsyncIterator[Ledger]:
        async with ledger(emptied(module_database)) as one:
            yield one

    async def says(self, opened: Ledger, capsys, *arguments: str) -> str:
        parser = ArgumentParser()
        accounts.add_looks(parser.add_subparsers())
        args = parser.parse_args(arguments)
        assert await args.act(Settings(Path("unused")), args, fetching(opened.pool)) == 0
        return str(capsys.readouterr().out)

    async def test_list_says_how_each_account_is(self, opened, capsys):
        account, paused = await connect(opened), await connect(opened, "6\x1b[2J")
        await opened.append(paused.stream, paused, *paused.state.suspend(Suspension.REQUESTED))
        states = States(fetching(opened.pool))
        await states.found("1", account.id, [])
        await states.succeeded("1", account.id, 30)
        await states.failed("1", account.id, "Give a new\npassword.", 30)
        said = await self.says(opened, capsys, "list")
        lines = {line.split()[0]: line for line in said.splitlines()}
        assert "active" in lines[str(account.id)]
        assert "never" not in lines[str(account.id)]
        assert "requested" in lines[str(paused.id)]
        assert lines[str(paused.id)].endswith("never")
        assert "Give a new\\npassword." in said
        assert "\x1b" not in said
        assert str(account.id) not in await self.says(opened, capsys, "list", "--tenant", "2")

    async def test_sync_makes_an_account_due_unless_it_is_suspended(self, opened, capsys):
        account = await connect(opened)
        await States(fetching(opened.pool)).began("1", account.id, 3600)
        await self.says(opened, capsys, "sync", str(account.id))
        due = "SELECT wake AND next_at <= now() FROM account_states"
        assert await opened.value(due) is True
        await opened.append(account.stream, account, *account.state.suspend(Suspension.GONE))
        with pytest.raises(CommandError, match="suspended"):
            await self.says(opened, capsys, "sync", str(account.id))

    async def test_problems_are_printed_with_their_reasons(self, opened, capsys):
        account = await connect(opened)
        assert "no problems" in await self.says(opened, capsys, "problems", str(account.id))
        await Problems(fetching(opened.pool)).add(
            "1", account.id, "u\x1b", "Lunch", "rule", "Every second."
        )
        said = await self.says(opened, capsys, "problems", str(account.id))
        assert "rule  u\\u001b" in said
        assert "Lunch: Every second." in said

    async def test_an_account_of_nobody_is_named_in_the_error(self, opened, capsys):
        for action in ("sync", "problems"):
            with pytest.raises(CommandError, match=f"has no account {UUID(int=7)}"):
                await self.says(opened, capsys, action, str(UUID(int=7)))
