"""Who works at the command line: what is recorded with everything a command appends.

Whoever may open the data directory may do everything with it, so nobody has to prove who they are;
but an auditor must still be able to read who did it, and which run of which command it was.
"""

import argparse
import getpass
from typing import Any

from uuid_utils.compat import uuid7

from api.cli.errors import CommandError
from application.context import Principal
from application.ledger import Caller

PERMISSIONS = frozenset({"view_contacts", "edit_contacts"})


def add_tenant(command: Any, *, default: str | None = None) -> None:
    command.add_argument(
        "--tenant",
        required=default is None,
        default=default,
        help="whose data it is" + (f" (default: {default})" if default else ""),
    )


def add_user(command: Any) -> None:
    command.add_argument("--user", default=None, help="your id as a user (default: your login)")
    command.add_argument("--name", default=None, help="your name (default: your id)")


def caller(args: argparse.Namespace, contract: str) -> Caller:
    """Raises CommandError if there can't be such a tenant or user."""
    user = args.user or _login()
    if len(user) > 255:
        raise CommandError("--user has up to 255 characters.")
    number = int(user) if user.isdecimal() and user.isascii() and 0 < int(user) < 2**63 else None
    try:
        principal = Principal(
            user=user,
            name=args.name or user,
            number=number,
            tenant=args.tenant,
            permissions=PERMISSIONS,
        )
    except ValueError as error:
        raise CommandError(str(error)) from error
    return Caller(principal, contract, f"{contract}-{uuid7()}")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user needn't have a name
        return "kith"
