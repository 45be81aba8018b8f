"""The zone of a calendar, from the VTIMEZONE that a server keeps for it (RFC 4791, 5.2.2)."""

from infrastructure.calendars.icalendar.components import parsed
from infrastructure.calendars.icalendar.zones import iana_name

LONGEST = 100_000
"""Characters of a VTIMEZONE."""


def zone_in(text: str | None) -> str | None:
    """The IANA name of the zone; None, if there is no known one."""
    for zone in parsed((text or "")[:LONGEST].encode()).within("VTIMEZONE"):
        tzid = zone.line("TZID")
        return iana_name(tzid.value) if tzid else None
    return None
