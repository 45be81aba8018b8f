"""`kith import`: records and mail from elsewhere."""

from typing import Any

from api.cli import import_mbox, import_ndjson

FORMATS = (import_mbox, import_ndjson)


def add_arguments(commands: Any) -> None:
    command = commands.add_parser("import", help="take over a mailbox, or what was exported")
    formats = command.add_subparsers(dest="format", metavar="FORMAT", required=True)
    for module in FORMATS:
        module.add_arguments(formats)
