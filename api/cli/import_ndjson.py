"""`kith import ndjson`: records as lines of JSON, from another kith or written by hand."""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import uvloop
from tqdm import tqdm

from api.cli import CommandError
from api.cli.caller import add_tenant, add_user, caller
from api.cli.database import database
from api.transfer.importing import Line, LineImport, LineTally, read_lines
from application.context import Caller
from infrastructure.system import open_system
from infrastructure.visible import visible

STDIN = "-"


def add_arguments(formats: Any) -> None:
    command = formats.add_parser(
        "ndjson",
        help="records, one a line, as kith export ndjson writes them",
        description="Take over contacts, meetings, interactions, tactics and services, one record "
        "of JSON a line. What is there already, by its id, stays as it is. "
        "You are who recorded it, now; ids, dates and texts stay as they were. "
        "Lines that can't be read and records that were exported without their content, because "
        "of restricted tags, are refused and listed with the reason. "
        "Ends with 1 if a line was refused.",
    )
    command.add_argument("file", metavar="FILE", help="the file, or - for standard input")
    add_tenant(command)
    add_user(command)
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    whose = caller(args)
    with _open(args.file) as file, database() as conninfo:
        tally = uvloop.run(_import(conninfo, whose, file))
    added = ", ".join(f"{count:,} {name}" for name, count in tally.added.items())
    print(f"{tally.lines:,} lines read: {added} added, {tally.already_there:,} already there")
    if tally.refused:
        print(f"{len(tally.refused):,} refused")
        for number, reason in tally.refused:
            print(f"  line {number:,}: {visible(reason)}")
    return 1 if tally.refused else 0


def _open(name: str) -> BinaryIO:
    if name == STDIN:
        return sys.stdin.buffer
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise CommandError(f"{name} can't be read: {error.strerror or error}.") from error


async def _import(conninfo: str, whose: Caller, file: BinaryIO) -> LineTally:
    size = os.fstat(file.fileno()).st_size or None
    async with open_system(conninfo) as system:
        importing = LineImport(system.ledger, whose)
        with tqdm(total=size, unit="B", unit_scale=True, file=sys.stderr, desc="import") as bar:

            def lines() -> Iterator[Line]:
                for line in read_lines(file):
                    bar.update(len(line.content or b"") + 1)
                    yield line

            await importing.run(lines())
    return importing.tally
