"""`kith accounts`: secrets that kith keeps for its users, sealed anew after a change of keys."""

import argparse
from typing import Any

import psycopg
import uvloop

from api.cli import CommandError
from api.cli.database import database
from api.sealed import STORES
from infrastructure.postgres.fetch import fetching_on
from infrastructure.sealing.errors import NoSecretKeys
from infrastructure.sealing.key_source import keys_of
from infrastructure.sealing.keys import Keys
from infrastructure.sealing.resealing import reseal
from infrastructure.settings import Settings


def add_arguments(commands: Any) -> None:
    command = commands.add_parser("accounts", help="look after the secrets of users")
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("rekey", help="seal all secrets with the first of KITH_SECRET_KEYS")
    command.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    with database(settings) as conninfo:
        return uvloop.run(rekey(conninfo, keys_of(settings)))


async def rekey(conninfo: str, keys: Keys) -> int:
    """Seal all secrets with the first key; 1 if some can't be opened. Raises CommandError."""
    sealed = unopened = 0
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        try:
            for store in STORES:
                done = await reseal(fetching_on(connection), keys, store)
                sealed, unopened = sealed + done.sealed, unopened + done.unopened
        except NoSecretKeys as error:
            raise CommandError(str(error)) from error
    print(f"Secrets sealed with the first key: {sealed}.")
    if unopened:
        print(f"Secrets that can't be opened here, and stay as they are: {unopened}.")
    return 1 if unopened else 0
