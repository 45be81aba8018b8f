"""`kith export`: all records of a tenant."""

import argparse
import sys
from collections.abc import Iterator
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
from infrastructure.postgres.snapshot import snapshot
from infrastructure.projecting.rebuild import bring_up_to_date
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
    ndjson.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
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
    with database() as conninfo:
        uvloop.run(bring_up_to_date(conninfo, READ_MODELS))
        with snapshot(conninfo) as moment, _output(args.output) as output:
            export = Export(moment, args.tenant, tags)
            counts = export.counts()
            with tqdm(total=counts.lines, unit=" records", file=sys.stderr, desc="export") as bar:
                for line in export.lines():
                    output.write(line)
                    bar.update()
            output.flush()
    print(_summary(counts, args.tenant), file=sys.stderr)
    return 0


@contextmanager
def _output(path: Path | None) -> Iterator[BinaryIO]:
    """The file, which gets its name when it is complete, or standard output."""
    if path is None:
        yield sys.stdout.buffer
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise CommandError(f"{path} can't be written: {error.strerror or error}.") from error


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
