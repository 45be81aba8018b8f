"""The end of a meeting that states none, as it is written into calendars."""

from datetime import datetime, timedelta

from infrastructure.calendars.port import Wanted

USUAL = timedelta(minutes=30)
WHOLE_DAY = timedelta(days=1)


def end_of(wanted: Wanted) -> datetime:
    """In UTC; of whole days, the midnight after the last one."""
    if wanted.ends_at is not None and wanted.ends_at > wanted.start:
        return wanted.ends_at
    return wanted.start + (WHOLE_DAY if wanted.whole_day else USUAL)
