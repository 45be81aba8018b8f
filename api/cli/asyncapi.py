"""`kith asyncapi`: the AsyncAPI document of the events, as GET /asyncapi.json answers it."""

import argparse
import sys
from typing import Any

from infrastructure.settings import Settings


def add_arguments(commands: Any) -> None:
    command = commands.add_parser("asyncapi", help="print what events there are to consume")
    command.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    from api.asyncapi.document import document

    sys.stdout.buffer.write(document(Settings.from_environment().base_url))
    return 0
