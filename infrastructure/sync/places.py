"""The accounts that one process visits at a time. A server that never answers takes a place for as
long as a request may last, so accounts whose last visit failed have half of the places at most."""

from collections.abc import Collection

from infrastructure.sync.due import Due

AT_ONCE, EACH = 32, 8
"""Accounts that are visited at a time by one process, and those of one tenant."""

FAILING_AT_ONCE, FAILING_EACH = AT_ONCE // 2, EACH // 2
"""Those of them whose last visit failed."""


def has_place(each: Due, busy: Collection[Due]) -> bool:
    """True if an account can be visited beside those that are."""
    failing = [one for one in busy if one.fails]
    return _fits(each, busy, AT_ONCE, EACH) and not (
        each.fails and not _fits(each, failing, FAILING_AT_ONCE, FAILING_EACH)
    )


def _fits(each: Due, busy: Collection[Due], most: int, own: int) -> bool:
    return len(busy) < most and sum(one.tenant == each.tenant for one in busy) < own
