"""`kith serve --role webhooks` delivers what other processes append, and ends when told to."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.infrastructure.projecting.support import ledger
from tests.infrastructure.webhooks.receiver import receiving
from tests.infrastructure.webhooks.support import SECRET_KEYS, ended, secret_of, subscribe

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]
MAIN = "from api.cli.main import main; raise SystemExit(main())"


async def test_a_process_of_its_own_delivers_and_serves_no_contract(database):
    conninfo = database()
    env = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
    env |= {"KITH_DATABASE_URL": conninfo, "KITH_WEBHOOKS_ALLOW_PRIVATE": "1"}
    env |= {"KITH_SECRET_KEYS": SECRET_KEYS}
    with receiving() as receiver:
        async with ledger(conninfo) as opened:
            webhook = await subscribe(opened, receiver.url)
            process = subprocess.Popen(  # noqa: ASYNC220
                [sys.executable, "-c", MAIN, "serve", "--role", "webhooks"],
                cwd=ROOT,
                env=env,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            assert process.stderr is not None
            try:
                said = await asyncio.to_thread(process.stderr.readline)
                await opened.log()
                await ended(opened, webhook.id)
                receiver.received[0].verified_by(await secret_of(opened, webhook))
            finally:
                process.terminate()
                told, warned = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.startswith("kith webhooks is running")
    assert (told, warned) == ("", "")
