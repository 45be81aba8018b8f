"""`kith export`: all records of a tenant."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import uvloop
from tqdm import tqdm

from api.cli import CommandError
from api.cli.caller import add_tenant
from api.cli.database import database
from api.transfer.export import Counts, Export
from application.context import is_tenant
from infrastructure.embedded.locks import open_private
from infrastructure.postgres.snapshot import snapshot
from infrastructure.projecting.rebuild import bring_up_to_date
from infrastructure.visible import visible
from projections.all_models import READ_MODELS


def add_arguments(commands: Any) -> None:
    command = commands.add_parser("export", help="write out everything of a tenant")
    formats = command.add_subparsers(dest="format", metavar="FORMAT", required=True)
    ndjson = formats.add_parser(
        "ndjson",
        help="one record of JSON a line",
        description="Write contacts, meetings and interactions, and what the tenant added to the "
        "catalogues of tactics and services, one record of JSON a line, as they are at this "
        "moment. kith import ndjson reads them in again.",
    )
    add_tenant(ndjson)
    ndjson.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="a new file, which only you can read (default: standard output)",
    )
    ndjson.add_argument(
        "--tags",
        default="",
        help="restricted tags, separated by commas, whose records are written with their content; "
        "records without it can't be imported",
    )
    ndjson.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if not is_tenant(args.tenant):
        raise CommandError("A tenant consists of letters, digits, '_' and '-', up to 64 of them.")
    tags = [tag for tag in args.tags.split(",") if tag]
    if args.output is not None and os.path.lexists(args.output):
        raise _taken(args.output)
    with database() as conninfo:
        uvloop.run(bring_up_to_date(conninfo, READ_MODELS))
        with snapshot(conninfo) as moment, _output(args.output) as write:
            export = Export(moment, args.tenant, tags)
            counts = export.counts()
            with tqdm(total=counts.lines, unit=" records", file=sys.stderr, desc="export") as bar:
                for line in export.lines():
                    write(line)
                    bar.update()
    print(_summary(counts, args.tenant), file=sys.stderr)
    return 0


@contextmanager
def _output(path: Path | None) -> Iterator[Callable[[bytes], object]]:
    """Writes a line to a new file, which gets its name when it is complete, or to standard output.

    Nothing that is there is replaced, and no symbolic link is followed: the content is a tenant's.
    """
    if path is None:
        yield _to_terminal if sys.stdout.isatty() else sys.stdout.buffer.write
        sys.stdout.flush()
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with _new(part) as file:
            try:
                yield file.write
                file.flush()
                _new(path).close()  # so that the name is ours
                part.replace(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
    except FileExistsError as error:
        raise _taken(Path(error.filename)) from error
    except OSError as error:
        raise CommandError(f"{path} can't be written: {error.strerror or error}.") from error


def _new(path: Path) -> BinaryIO:
    """A file that wasn't there, and that only we can read. Raises OSError."""
    return open(path, "xb", opener=open_private)


def _taken(path: Path) -> CommandError:
    return CommandError(f"{path} exists already: remove it, or choose another file.")


def _to_terminal(line: bytes) -> None:
    # JSON may hold such characters as they are.
    sys.stdout.write(visible(line.decode(), keep="\n"))


def _summary(counts: Counts, tenant: str) -> str:
    said = (
        f"Tenant {tenant}: {counts.contacts:,} contacts, {counts.meetings:,} meetings "
        f"and {counts.interactions:,} interactions were exported."
    )
    if counts.tactics or counts.services:
        said += (
            f"\nOf the catalogues, what it added, changed or hid: {counts.tactics:,} tactics "
            f"and {counts.services:,} services."
        )
    if counts.interactions_left_out or counts.meetings_left_out:
        said += (
            f"\nLeft out with removed contacts: {counts.meetings_left_out:,} meetings "
            f"and {counts.interactions_left_out:,} interactions."
        )
    if counts.redacted:
        said += (
            f"\nWithout their content, because of restricted tags: {counts.redacted:,} "
            "interactions (--tags TAG opens them)."
        )
    return said
