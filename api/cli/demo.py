"""`kith demo`: a believable year of data, so that there is something to look at."""

import argparse
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import uvloop
from pydantic_core import to_json
from tqdm import tqdm
from uuid_utils.compat import uuid7

from api.cli import CommandError, sample
from api.cli.caller import add_tenant, principal
from api.cli.database import database
from api.transfer.importing import Line, LineImport
from application.context import Caller
from application.ledger import Ledger
from infrastructure.settings import Settings
from infrastructure.system import open_system


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
        added = uvloop.run(_fill(conninfo, args.tenant))
    if added:
        print(f"Tenant {args.tenant} has a year of data: {added:,} records were added.")
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


async def _fill(conninfo: str, tenant: str) -> int:
    batches = list(sample.by_author(datetime.now(UTC).date()))
    total = sum(len(records) for _, records in batches)
    async with open_system(conninfo) as system:
        with tqdm(total=total, unit=" records", file=sys.stderr, desc="demo") as bar:
            return await fill(system.ledger, tenant, batches, bar.update)


async def fill(
    ledger: Ledger,
    tenant: str,
    batches: Iterable[sample.Batch],
    progress: Callable[[], object] = lambda: None,
) -> int:
    """Import the batches, each as its author; the number of records added.

    Raises CommandError for an invalid tenant, and if a record is refused.
    """
    correlation = f"demo-{uuid7()}"
    added = 0
    for user, records in batches:
        author = principal(
            tenant,
            sub=user["id"],
            name=user["name"],
            given_name=user["givenName"],
            family_name=user["familyName"],
        )
        importing = LineImport(ledger, Caller(author, "import", correlation))
        await importing.run(_lines(records, progress))
        if refused := importing.tally.refused:
            raise CommandError(f"{len(refused):,} records were refused, first: {refused[0][1]}")
        added += sum(importing.tally.added.values())
    return added


def _lines(records: list[sample.Record], progress: Callable[[], object]) -> Iterator[Line]:
    for number, record in enumerate(records, 1):
        progress()
        yield Line(number, to_json(record))
