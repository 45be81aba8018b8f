"""The entry point of the `kith` command: parses arguments, runs the command, prints errors."""

import argparse
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import psycopg

from api.cli import CommandError
from application.errors import AppendError
from infrastructure.embedded import EmbeddedPostgresError
from infrastructure.logs import log_to_standard_error
from infrastructure.memory import tune_collector
from infrastructure.settings_values import SettingsError
from infrastructure.visible import visible

# Only the command that is called is imported: the server's libraries take a second to load.
COMMANDS = {
    "serve": "api.cli.serve",
    "token": "api.cli.token",
    "demo": "api.cli.demo",
    "import": "api.cli.import_",
    "export": "api.cli.export",
    "accounts": "api.cli.accounts",
    "projections": "api.cli.projections",
    "verify": "api.cli.verify",
    "asyncapi": "api.cli.asyncapi",
}


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(visible(message))


def parser(command: str | None = None) -> argparse.ArgumentParser:
    """The parser of one command, or of all if `command` names none."""
    result = Parser(
        prog="kith",
        description="An event-sourced ledger of contacts and what passes between them.",
        epilog="Settings come from the environment: KITH_PORT, KITH_DATA_DIR, KITH_DATABASE_URL …",
    )
    commands = result.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in [command] if command in COMMANDS else COMMANDS:
        import_module(COMMANDS[name]).add_arguments(commands)
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 for success, 1 for failure, 2 for wrong arguments, 130 if interrupted."""
    arguments = sys.argv[1:] if arguments is None else arguments
    args = parser(next(iter(arguments), None)).parse_args(arguments)
    log_to_standard_error()
    # As Ctrl-C: shadow tables are dropped, and a PostgreSQL started for the command is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    tune_collector()
    try:
        return args.run(args) or 0
    except (CommandError, SettingsError, AppendError) as error:
        return _failed(visible(error))
    except EmbeddedPostgresError as error:
        return _failed(visible(error, keep="\n"))  # it may end with lines of PostgreSQL's own log
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1:]
        return _failed(f"The database can't be reached: {visible(''.join(reason))}")
    except KeyboardInterrupt:
        print("kith: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1


def _failed(reason: str) -> int:
    print(f"kith: {reason}", file=sys.stderr)
    return 1
