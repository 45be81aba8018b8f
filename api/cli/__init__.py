"""The command line: `kith serve`, `kith token`, `kith import` and the others, a file each.

A command is a module with `add_arguments(subparsers)` and `run(args) -> int`, its exit status.
"""


class CommandError(Exception):
    """The command fails with status 1; the message is a sentence for the user."""
