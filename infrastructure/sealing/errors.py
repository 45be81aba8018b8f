"""The errors of sealing. Their messages are public sentences, and hold no secret."""


class NoSecretKeys(Exception):
    """There is no key to seal with."""

    def __init__(self) -> None:
        super().__init__(
            "This kith has no key to seal secrets with: its operator has to set KITH_SECRET_KEYS."
        )


class Unopened(Exception):
    """A value that doesn't open: its key isn't here, or it was sealed for another place."""
