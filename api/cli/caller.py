"""The caller at the command line, recorded with every event that a command appends.

Anybody with access to the data directory may change everything in it, so there is no
authentication; but an auditor can read the user, and the run of the command.
"""

import argparse
import getpass
from dataclasses import replace
from math import inf
from typing import Any

from uuid_utils.compat import uuid7

from api.cli import CommandError
from application.context import Caller, Principal
from infrastructure.identity.claims import LONGEST_SUBJECT, principal_of
from infrastructure.identity.errors import InvalidToken


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
    if len(user) > LONGEST_SUBJECT:
        raise CommandError(f"--user has up to {LONGEST_SUBJECT} characters.")
    named = principal(args.tenant, sub=user, name=args.name)
    return Caller(named, "import", f"import-{uuid7()}")


def principal(tenant: str, **claims: Any) -> Principal:
    """The principal that a token with these claims would have. Raises CommandError."""
    claims |= {"permissions": ["view_contacts", "edit_contacts"], "exp": inf}
    try:
        return replace(principal_of(claims), tenant=tenant)
    except (InvalidToken, ValueError) as error:
        raise CommandError(str(error)) from error


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user needn't have a name
        return "kith"
