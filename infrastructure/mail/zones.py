"""Time zones at the end of a date."""

import re
from datetime import timedelta

NAMED = {
    **dict.fromkeys(("UT", "UTC", "GMT", "Z", "WET"), 0),
    **dict.fromkeys(("EDT", "AST"), -4),
    **dict.fromkeys(("EST", "CDT"), -5),
    **dict.fromkeys(("CST", "MDT"), -6),
    **dict.fromkeys(("MST", "PDT"), -7),
    **dict.fromkeys(("PST", "AKDT"), -8),
    **dict.fromkeys(("ADT", "BRT"), -3),
    "AKST": -9,
    "HST": -10,
    **dict.fromkeys(("BST", "CET", "MET", "MEZ", "WEST"), 1),
    **dict.fromkeys(("CEST", "MEST", "MESZ", "EET", "SAST"), 2),
    **dict.fromkeys(("EEST", "MSK"), 3),
    **dict.fromkeys(("HKT", "SGT", "AWST"), 8),
    **dict.fromkeys(("JST", "KST"), 9),
    "AEST": 10,
    "AEDT": 11,
    "NZST": 12,
    "NZDT": 13,
}
"""Hours east of UTC."""

STANDARD = frozenset("UT UTC GMT Z EDT EST CDT CST MDT MST PDT PST".split())
"""The names that RFC 5322 defines. What others mean is only usage, which is noted."""

FARTHEST = timedelta(hours=14)
"""Of any zone from UTC, to the east (Kiribati); to the west it is 12 hours."""

_NUMERIC = re.compile(r"([+-])(\d{1,2}):?(\d{2})?(?![\d:])")
_UNSIGNED = re.compile(r"(?<![\w+-])(\d{2})(\d{2})(?!\d)")
_NAME = re.compile(r"[A-Za-z]+")


def offset_of(zone: str) -> tuple[timedelta, str]:
    """The distance of a zone from UTC, and an oddity or "". An unknown zone counts as UTC.

    A number wins over a name beside it, as in `GMT +0530`, `GMT+0200` and `+0200 CET`.
    """
    numeric = _NUMERIC.search(zone) or _UNSIGNED.search(zone)
    if numeric:
        *sign, hours, minutes = numeric.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        if offset > FARTHEST or int(minutes or 0) > 59:
            return timedelta(), "no such time zone"
        return (-offset if sign == ["-"] else offset), "" if sign else "time zone without a sign"
    names = [name.upper() for name in _NAME.findall(zone)]
    if not zone.strip():
        return timedelta(), "no time zone"
    if len(names) != 1 or names[0] not in NAMED:
        return timedelta(), "unknown time zone"
    odd = "" if names[0] in STANDARD else "time zone by a name that isn't defined for mail"
    return timedelta(hours=NAMED[names[0]]), odd
