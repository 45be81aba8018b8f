"""`kith token`: a token for development, bare on standard output so that scripts can use it."""

import argparse
import re
from datetime import timedelta
from typing import Any

from api.cli import CommandError
from api.identity import secret_of
from infrastructure.identity.mint import mint_token
from infrastructure.settings import Settings

EVERYTHING = "view_contacts,edit_contacts"
CONTRACTS = ("tracking", "rapport", "sites", "relationships", "clients")

_PERMISSION = re.compile(r"view_contacts|edit_contacts|connect_accounts|audit|admin|tag:.{1,100}")
_SITE = re.compile(r"[1-9][0-9]{0,15}")


def add_arguments(commands: Any) -> None:
    command = commands.add_parser("token", help="make a token for development")
    command.add_argument("--tenant", default="1", help="whose data it opens (default: 1)")
    command.add_argument("--user", default="1", help="the user's id (default: 1)")
    command.add_argument("--name", default=None, help="the user's name")
    command.add_argument(
        "--permissions",
        default=EVERYTHING,
        help="separated by commas: view_contacts, edit_contacts, connect_accounts, "
        "audit, admin, tag:NAME "
        f"(default: {EVERYTHING})",
    )
    command.add_argument("--contract", default=None, help="the contract its requests are meant for")
    command.add_argument("--sites", default=None, help="the sites it may choose from, 1,2")
    command.add_argument("--days", type=int, default=30, help="how long it is valid (default: 30)")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    if settings.jwks_url:
        raise CommandError("Tokens come from the provider behind KITH_JWKS_URL; kith makes none.")
    sites = _sites(args.sites)
    try:
        token = mint_token(
            secret_of(settings),
            issuer=settings.jwt_issuer,
            audience=settings.jwt_audience,
            tenant=None if sites and args.tenant == "" else args.tenant,
            user=args.user,
            name=args.name,
            permissions=_permissions(args.permissions),
            contract=_contract(args.contract),
            sites=sites,
            lifetime=timedelta(days=args.days),
        )
    except OverflowError as error:
        raise CommandError(
            "--days reaches beyond the years 1 to 9999; 3650 are ten years."
        ) from error
    except ValueError as error:
        raise CommandError(str(error)) from error
    print(token)
    return 0


def _permissions(given: str) -> list[str]:
    words = [word.strip() for word in given.split(",") if word.strip()]
    for word in words:
        if not _PERMISSION.fullmatch(word):
            raise CommandError(
                f"--permissions: {word} is none. There are view_contacts, edit_contacts, "
                "connect_accounts, audit, admin, and tag:NAME for each restricted tag, such as "
                "tag:immigration."
            )
    return words


def _contract(given: str | None) -> str | None:
    if given is not None and given not in CONTRACTS:
        raise CommandError(f"--contract: {given} is none. There are {', '.join(CONTRACTS)}.")
    return given


def _sites(given: str | None) -> list[str] | None:
    sites = [site.strip() for site in given.split(",")] if given else None
    if sites and not all(map(_SITE.fullmatch, sites)):
        raise CommandError("--sites: a site is a number; several are separated by commas, 1,2.")
    return sites
