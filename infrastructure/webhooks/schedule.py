"""When a delivery that failed is tried again, and when an endpoint is left alone."""

import random

MINUTE, HOUR = 60.0, 3600.0

RETRIES = (5.0, 30.0, 2 * MINUTE, 10 * MINUTE, HOUR, 3 * HOUR, 8 * HOUR, 12 * HOUR)
"""Seconds between the attempts: nine within a day and a quarter of an hour."""

JITTER = 0.1
"""By how much of it a pause may be longer, so that what failed together isn't tried together."""

LONGEST_RETRY_AFTER = HOUR

PATIENCE = 24 * HOUR
"""Seconds for which an endpoint may fail all the time before its webhook is disabled."""

TROUBLED = 10
"""Failures in a row from which on an endpoint is probed by one delivery at a time."""

LONGEST_REST = MINUTE


def pause(attempts: int, retries: tuple[float, ...] = RETRIES) -> float | None:
    """Seconds until the next attempt after so many, None if that was the last one."""
    if attempts > len(retries):
        return None
    return retries[attempts - 1] * (1 + random.random() * JITTER)  # noqa: S311


def rest(failures: int, retry_after: float | None) -> float:
    """Seconds to leave an endpoint alone after so many failures in a row."""
    asked = min(retry_after or 0.0, LONGEST_RETRY_AFTER)
    if failures < TROUBLED:
        return asked
    return max(asked, min(2.0 ** min(failures - TROUBLED, 10), LONGEST_REST))
