"""The command line: `kith serve`, `kith token`, `kith import` and the others, a file each.

A command is a module with `add_arguments(subparsers)` and `run(args) -> int`. They are imported
here and nowhere else.
"""

from api.cli import export, import_, projections, serve, token, verify

COMMANDS = (serve, token, import_, export, projections, verify)


def main() -> int:
    from api.cli.main import main as run

    return run()
