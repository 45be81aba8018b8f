"""`kith token`: a token for development, bare on standard output so that scripts can use it."""

import argparse
from datetime import timedelta
from typing import Any

from api.cli.errors import CommandError
from api.identity import secret_of
from infrastructure.identity.mint import mint_token
from infrastructure.settings import Settings

EVERYTHING = "view_contacts,edit_contacts"


def add_arguments(commands: Any) -> None:
    command = commands.add_parser("token", help="make a token for development")
    command.add_argument("--tenant", default="1", help="whose data it opens (default: 1)")
    command.add_argument("--user", default="1", help="the user's id (default: 1)")
    command.add_argument("--name", default=None, help="the user's name")
    command.add_argument(
        "--permissions",
        default=EVERYTHING,
        help="separated by commas: view_contacts, edit_contacts, audit, admin, tag:NAME "
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
    sites = args.sites.split(",") if args.sites else None
    try:
        token = mint_token(
            secret_of(settings),
            issuer=settings.jwt_issuer,
            audience=settings.jwt_audience,
            tenant=None if sites and args.tenant == "" else args.tenant,
            user=args.user,
            name=args.name,
            permissions=[word.strip() for word in args.permissions.split(",") if word.strip()],
            contract=args.contract,
            sites=sites,
            lifetime=timedelta(days=args.days),
        )
    except ValueError as error:
        raise CommandError(str(error)) from error
    print(token)
    return 0
