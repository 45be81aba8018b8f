"""`kith import mbox`: mail into the ledger, with every correspondent as a contact."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import uvloop
from tqdm import tqdm

from api.cli import CommandError
from api.cli.caller import add_tenant, add_user, caller
from api.cli.database import database
from api.cli.mail_summary import summary
from application.context import Caller
from infrastructure.mail.addresses import normalised_email
from infrastructure.mail.importing import MailImport, MailTally
from infrastructure.mail.mbox import MailboxError
from infrastructure.mail.message import MailFacts, UnreadableMail
from infrastructure.mail.reading import read_mbox
from infrastructure.system import open_system
from infrastructure.visible import visible

Mails = Iterator[MailFacts | UnreadableMail]


def add_arguments(formats: Any) -> None:
    command = formats.add_parser(
        "mbox",
        help="a mailbox, such as Gmail's own export",
        description="Take over a mailbox: every message as an interaction, every correspondent "
        "as a contact. It can be run again at any time; what is there already stays as it is.",
    )
    command.add_argument("file", type=Path, metavar="FILE", help="the .mbox, gzipped or not")
    add_tenant(command)
    command.add_argument(
        "--me",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="an address of yours; again for each of them. What comes from it went out",
    )
    add_user(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    me = _own_addresses(args.me)
    whose = caller(args)
    with tqdm(unit="B", unit_scale=True, desc=visible(args.file.name), file=sys.stderr) as bar:

        def read_so_far(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        mails = read_mbox(args.file, me, datetime.now(UTC), read_so_far)
        try:
            # An unreadable file is reported before a database is started.
            mails = chain([first], mails) if (first := next(mails, None)) else iter(())
        except MailboxError as error:
            raise CommandError(str(error)) from error
        try:
            with database() as conninfo:
                tally, seconds, broken = uvloop.run(_import(conninfo, whose, me, mails, bar))
        except KeyboardInterrupt:
            bar.close()
            print("kith: stopped. Run it again to go on: nothing is taken twice.", file=sys.stderr)
            return 130
    print(summary(args.file, tally, seconds))
    if broken:
        raise CommandError(f"{broken} What was read before that is in the ledger.")
    return 0


async def _import(
    conninfo: str, whose: Caller, me: frozenset[str], mails: Mails, bar: "tqdm[Any]"
) -> tuple[MailTally, float, str | None]:
    """The tally, the seconds, and the reason why reading stopped early, if it did."""

    def show(tally: MailTally) -> None:
        bar.set_postfix_str(f"{tally.read:,} messages", refresh=False)

    broken = None
    async with open_system(conninfo) as system:
        started = time.monotonic()
        importing = MailImport(system.ledger, system.pool, whose, me)
        try:
            await importing.run(mails, show)
        except MailboxError as error:
            broken = str(error)
        return importing.tally, time.monotonic() - started, broken


def _own_addresses(given: Sequence[str]) -> frozenset[str]:
    if not given:
        raise CommandError(
            "Which addresses are your own? Add --me you@example.com, once for each of them."
        )
    addresses = {text: normalised_email(text) for text in given}
    for text, address in addresses.items():
        if address is None:
            raise CommandError(f"--me {text} is no mail address.")
    return frozenset(filter(None, addresses.values()))
