"""`kith projections`: the status of the read models, and their rebuild from the log."""

import argparse
from collections.abc import Sequence
from typing import Any

import psycopg
import uvloop

from api.cli import CommandError
from api.cli.database import database
from infrastructure.progress import Bars
from infrastructure.projecting import rebuild as rebuilding
from infrastructure.projecting.status import Status
from infrastructure.projecting.status import status as status_of
from infrastructure.visible import visible
from projections.all_models import READ_MODELS
from projections.read_model import ReadModel


def add_arguments(commands: Any) -> None:
    command = commands.add_parser("projections", help="look at the read models, or rebuild them")
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("status", help="how far each read model is, and what is parked")
    rebuild_ = actions.add_parser("rebuild", help="make read models anew from the log")
    rebuild_.add_argument("name", nargs="?", metavar="NAME", help="which one (default: all)")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    models = READ_MODELS if args.action == "status" else chosen(args.name)
    with database() as conninfo:
        uvloop.run(status(conninfo) if args.action == "status" else rebuild(conninfo, models))
    return 0


def chosen(name: str | None) -> Sequence[ReadModel]:
    """The read model of a name, or all for None. Raises CommandError."""
    models = [model for model in READ_MODELS if name in (None, model.name)]
    if not models:
        known = ", ".join(model.name for model in READ_MODELS)
        raise CommandError(f"There is no read model called {name}. There are: {known}.")
    return models


async def status(conninfo: str) -> None:
    """Print a line for each read model, and one for each stream that is parked."""
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        found = await status_of(connection, READ_MODELS)
    print(f"{'read model':<16}{'written':<17}{'position':>10}{'events behind':>15}{'parked':>8}")
    for one in found:
        written = "with the append" if one.with_append else "behind it"
        print(
            f"{one.name:<16}{written:<17}{one.checkpoint:>10}{one.events:>15}{len(one.parked):>8}"
            f"{_remark(one)}"
        )
    for one in found:
        for parked in one.parked:
            print(
                f"\n{visible(parked.stream)} is parked in {one.name} "
                f"since position {parked.position}: {visible(parked.reason)}"
            )
    if any(one.parked for one in found):
        print("\nOnce the cause has gone, 'kith projections rebuild NAME' takes them up again.")


def _remark(one: Status) -> str:
    if not one.current:
        return "  made by another version of kith, or not at all; remade at the next start"
    if one.events:
        return f"  oldest waiting for {one.seconds:.1f} s"
    return ""


async def rebuild(conninfo: str, models: Sequence[ReadModel]) -> None:
    """Rebuild the read models together, with progress on standard error."""
    with Bars() as bars:
        await rebuilding.rebuild(conninfo, models, bars)
    names = ", ".join(model.name for model in models)
    print(f"Rebuilt from the log: {names}.")
