"""What a command says when it can't do what it was asked."""


class CommandError(Exception):
    """A sentence for the person at the terminal; the command ends with status 1."""
