"""`kith accounts`: the accounts of users and their troubles, and the keys of their secrets."""

import argparse
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import psycopg
import uvloop
from pydantic_core import from_json, to_json

from api.cli import CommandError
from api.cli.caller import add_tenant
from api.cli.database import database
from api.sealed import STORES
from infrastructure.accounts.problems import page
from infrastructure.accounts.secrets import account_secrets
from infrastructure.accounts.states import NEW, States
from infrastructure.calendars.checking import OwnCalendars, check
from infrastructure.calendars.opening import open_service
from infrastructure.calendars.port import Refused, ServiceError
from infrastructure.oauth.registered import providers_of
from infrastructure.outside.way_out import WayOut
from infrastructure.postgres.fetch import fetching_on
from infrastructure.sealing.errors import NoSecretKeys, Unopened
from infrastructure.sealing.key_source import keys_of
from infrastructure.sealing.resealing import reseal
from infrastructure.settings import Settings
from infrastructure.visible import visible
from projections.accounts.model import AccountRow, all_of
from projections.paging import Fetch

SHOWN = 100
"""Problems that are printed."""

Action = Callable[[Settings, argparse.Namespace, Fetch], Awaitable[int]]


def add_arguments(commands: Any) -> None:
    command = commands.add_parser("accounts", help="look at users' accounts, or seal their secrets")
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    rekey_ = actions.add_parser("rekey", help="seal all secrets with the first of KITH_SECRET_KEYS")
    rekey_.set_defaults(act=rekey)
    add_looks(actions)
    command.set_defaults(run=run)


def add_looks(actions: Any) -> None:
    for name, act, meaning in (
        ("check", check_, "walk an account through what kith does, on a calendar of its own"),
        ("list", list_, "the accounts of a tenant, and how they are"),
        ("sync", sync, "have the service of an account looked at now"),
        ("problems", problems, "what couldn't be taken of an account"),
    ):
        action = actions.add_parser(name, help=meaning)
        if act is not list_:
            action.add_argument("id", metavar="ID", type=UUID, help="the account's id")
        add_tenant(action, default="1")
        action.set_defaults(act=act)


def run(args: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    with database(settings) as conninfo:
        return uvloop.run(_act(settings, conninfo, args))


async def _act(settings: Settings, conninfo: str, args: argparse.Namespace) -> int:
    act: Action = args.act
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
        return await act(settings, args, fetching_on(connection))


async def list_(_: Settings, args: argparse.Namespace, fetch: Fetch) -> int:
    """Print a line for each account, and one for what its user has to do."""
    rows = await all_of(fetch, args.tenant)
    states = await States(fetch).of(args.tenant, [row.id for row in rows])
    print(f"{'account':<38}{'user':<20}{'service':<9}{'state':<13}last success")
    for row in rows:
        state = states.get(row.id, NEW)
        success = "never" if state.last_success is None else f"{state.last_success:%Y-%m-%d %H:%M}"
        word = row.suspended or state.phase
        print(f"{row.id!s:<38}{visible(row.user_id):<20}{row.service:<9}{word:<13}{success}")
        if state.attention:
            print(f"    {visible(state.attention)}")
    return 0


async def sync(_: Settings, args: argparse.Namespace, fetch: Fetch) -> int:
    """Raises CommandError for an account that is suspended."""
    row = await _row(args, fetch)
    if row.suspended is not None:
        raise CommandError(f"The account is suspended ({row.suspended}); its user can resume it.")
    await States(fetch).wake(args.tenant, row.id)
    print("The service is looked at as soon as a process with the role sync is at it.")
    return 0


async def check_(settings: Settings, args: argparse.Namespace, fetch: Fetch) -> int:
    """Print what was seen at each step; 1 if something was otherwise than expected. Raises
    CommandError."""
    row = await _row(args, fetch)
    secrets, fine = account_secrets(fetch, keys_of(settings)), True

    async def keep(values: Mapping[str, str]) -> None:
        await secrets.replace(row.secrets, args.tenant, row.id, to_json(dict(values)).decode())

    way_out = WayOut(allow_private=settings.accounts_allow_private).of(args.tenant)
    try:
        values = from_json((await secrets.known(args.tenant, [row.secrets]))[row.secrets])
        service = await open_service(
            row.service, values["url"], values, way_out, keep, providers=providers_of(settings)
        )
    except (Unopened, Refused, KeyError) as error:
        raise CommandError(f"The account can't be opened: {error}") from error
    try:
        if not isinstance(service, OwnCalendars):
            raise CommandError("A subscription is only read: there is nothing to walk through.")
        async for seen in check(service):
            fine = fine and seen.fine
            detail = f": {visible(seen.detail)}" if seen.detail else ""
            print(f"{'yes' if seen.fine else 'no '}  {seen.expected}{detail}", flush=True)
    except ServiceError as error:
        raise CommandError(visible(str(error))) from error
    finally:
        await service.close()
    return 0 if fine else 1


async def problems(_: Settings, args: argparse.Namespace, fetch: Fetch) -> int:
    """Print the newest problems."""
    row = await _row(args, fetch)
    found = await page(fetch, args.tenant, row.id, SHOWN)
    for each in found.records:
        print(f"{each.at:%Y-%m-%d %H:%M}  {each.code}  {visible(each.item)}")
        print(f"    {visible(each.title or '')}: {visible(each.detail)}")
    if not found.records:
        print("There are no problems.")
    elif found.end is not None:
        print(f"These are the newest {len(found.records)}.")
    return 0


async def rekey(settings: Settings, _: argparse.Namespace, fetch: Fetch) -> int:
    """Seal all secrets with the first key; 1 if some can't be opened. Raises CommandError."""
    keys, sealed, unopened = keys_of(settings), 0, 0
    try:
        for store in STORES:
            done = await reseal(fetch, keys, store)
            sealed, unopened = sealed + done.sealed, unopened + done.unopened
    except NoSecretKeys as error:
        raise CommandError(str(error)) from error
    print(f"Secrets sealed with the first key: {sealed}.")
    if unopened:
        print(f"Secrets that can't be opened here, and stay as they are: {unopened}.")
    return 1 if unopened else 0


async def _row(args: argparse.Namespace, fetch: Fetch) -> AccountRow:
    """Raises CommandError."""
    rows = [row for row in await all_of(fetch, args.tenant) if row.id == args.id]
    if not rows:
        raise CommandError(f"The tenant {args.tenant} has no account {args.id}.")
    return rows[0]
