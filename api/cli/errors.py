"""The error of a command."""


class CommandError(Exception):
    """The command fails with status 1; the message is a sentence for the user."""
