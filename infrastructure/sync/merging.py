"""Conflicts, settled field by field against what both sides last agreed on.

Changed on one side, a field has that side's value. Changed on both, time and place have the value
of the side where the meeting was made, where its organizer is; the others have the later one.
"""

from typing import TypeVar

from infrastructure.sync.values import Values

F = TypeVar("F")


def merged(
    agreed: Values | None, here: Values, there: Values, *, organized_here: bool, later_here: bool
) -> Values:
    """The values that both sides are to have. Without agreed ones, the later side has its way: an
    old copy of an event must not move a meeting back."""
    organizer = later_here if agreed is None else organized_here
    base = agreed or (there if later_here else here)
    start, ends_at, zone, whole_day = _field(base.time, here.time, there.time, organizer)
    return Values(
        start,
        ends_at,
        zone,
        whole_day,
        _field(base.place, here.place, there.place, organizer),
        _field(base.title, here.title, there.title, later_here),
        here.agenda,
        # Off on one side since they agreed is off: of two values, one is the agreed one.
        _field(base.cancelled, here.cancelled, there.cancelled, later_here),
    )


def _field(agreed: F, here: F, there: F, here_wins: bool) -> F:
    if here == agreed:
        return there
    if there == agreed:
        return here
    return here if here_wins else there
