"""The errors of authentication, each with the status that HTTP answers it with."""


class InvalidToken(Exception):
    """No token, or an invalid one: 401. The text is public and never quotes the token."""


class IdentityUnavailable(Exception):
    """The issuer's keys are out of reach: 503. The text is public; the cause goes to the log."""
