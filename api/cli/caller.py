"""The caller at the command line, recorded with every event that a command appends.

Anybody with access to the data directory may change everything in it, so there is no
authentication; but an auditor can read the user, and the run of the command.
"""

import argparse
import getpass
from typing import Any

from uuid_utils.compat import uuid7

from api.cli import CommandError
from application.context import Caller, Principal

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


def caller(args: argparse.Namespace) -> Caller:
    """Raises CommandError for an invalid tenant or user."""
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
    return Caller(principal, "import", f"import-{uuid7()}")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user needn't have a name
        return "kith"
