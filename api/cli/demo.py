"""`kith demo`: a believable year of data, so that there is something to look at."""

import argparse
import shlex
import sys
from datetime import UTC, datetime
from typing import Any

import uvloop
from tqdm import tqdm
from uuid_utils.compat import uuid7

from api.cli.caller import add_tenant
from api.cli.database import database
from api.cli.errors import CommandError
from infrastructure.demo.telling import Telling
from infrastructure.demo.year import tell
from infrastructure.settings import Settings
from infrastructure.system import open_system

ABOUT = 2_000
"""Commands, until it is known exactly."""


def add_arguments(commands: Any) -> None:
    command = commands.add_parser(
        "demo",
        help="fill a tenant with a believable year of data",
        description="Fill a tenant with a year of a small practice: sixty contacts, four users, "
        "interactions of every kind, meetings and mail. Doing it again changes nothing.",
    )
    add_tenant(command, default="1")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    with database(settings) as conninfo:
        telling = uvloop.run(_tell(conninfo, args.tenant))
    if telling.news:
        print(f"Tenant {args.tenant} has a year of data: {telling.news:,} things happened.")
    else:
        print(f"The data is there already: nothing was added to tenant {args.tenant}.")
    print("While kith serve is running, look at it:\n")
    token = (
        "kith token" if args.tenant == "1" else f"kith token --tenant {shlex.quote(args.tenant)}"
    )
    print(
        f'  curl -H "Authorization: Bearer $({token})" '
        f"'http://{settings.host}:{settings.port}/api/interactions?search=payroll'"
    )
    return 0


async def _tell(conninfo: str, tenant: str) -> Telling:
    async with open_system(conninfo) as system:
        with tqdm(total=ABOUT, unit=" commands", file=sys.stderr, desc="demo") as bar:
            try:
                telling = Telling(system.ledger, tenant, f"demo-{uuid7()}", lambda: _step(bar))
            except ValueError as error:
                raise CommandError(str(error)) from error
            await tell(telling, datetime.now(UTC))
            bar.total = bar.n  # so that it ends where it is
    return telling


def _step(bar: "tqdm[Any]") -> None:
    bar.update()
