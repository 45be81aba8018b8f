"""What can go wrong in finding out who is asking, as HTTP will have to say it."""


class InvalidToken(Exception):
    """No token, or one that proves nothing: 401. The reason is public and never quotes it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class IdentityUnavailable(Exception):
    """The issuer's keys can't be had, so nobody can tell: 503, again after `retry_after` seconds.

    The reason is public; what exactly failed goes to the log.
    """

    def __init__(self, reason: str, *, retry_after: float) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
