"""The errors of authentication, each with the status that HTTP answers it with."""


class InvalidToken(Exception):
    """No token, or an invalid one: 401. The reason is public and never quotes the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class IdentityUnavailable(Exception):
    """The issuer's keys are out of reach: 503, to be retried after `retry_after` seconds.

    The reason is public; the cause goes to the log.
    """

    def __init__(self, reason: str, *, retry_after: float) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
