"""The error of a calendar object whose occurrences can't be found."""


class Unreadable(Exception):
    """`code` and `detail` become a problem of the account; `detail` is a sentence for the user."""

    def __init__(self, code: str, detail: str):
        super().__init__(detail)
        self.code = code
        self.detail = detail
