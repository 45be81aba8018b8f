"""The retries of a failed delivery, and the pauses of a failing endpoint."""

import random

MINUTE, HOUR = 60.0, 3600.0

RETRIES = (5.0, 30.0, 2 * MINUTE, 10 * MINUTE, HOUR, 3 * HOUR, 8 * HOUR, 12 * HOUR)
"""Seconds between the attempts: nine within a day and a quarter of an hour."""

JITTER = 0.1
"""The share by which a pause may be longer, so that deliveries that failed together spread out."""

LONGEST_RETRY_AFTER = HOUR

PATIENCE = 24 * HOUR
"""Seconds of uninterrupted failure after which an endpoint's webhook is disabled."""

TROUBLED = 10
"""Failures in a row after which an endpoint gets one delivery at a time."""

LONGEST_REST = MINUTE


def pause(attempts: int, retries: tuple[float, ...] = RETRIES) -> float | None:
    """Seconds until the next attempt after this many, None after the last one."""
    if attempts > len(retries):
        return None
    return retries[attempts - 1] * (1 + random.random() * JITTER)  # noqa: S311


def rest(failures: int, retry_after: float | None) -> float:
    """Seconds to pause an endpoint after this many failures in a row."""
    asked = min(retry_after or 0.0, LONGEST_RETRY_AFTER)
    if failures < TROUBLED:
        return asked
    return max(asked, min(2.0 ** min(failures - TROUBLED, 10), LONGEST_REST))
