"""The service of an account, by its kind."""

from collections.abc import Mapping

from infrastructure.calendars.caldav.dav import Dav
from infrastructure.calendars.caldav.service import CalDav
from infrastructure.calendars.port import CalendarService, Refused
from infrastructure.calendars.subscription import Subscription
from infrastructure.outside.way_out import WayOut


async def open_service(
    kind: str, address: str, secrets: Mapping[str, str], way_out: WayOut
) -> CalendarService:
    """Nothing is asked before its first method is called. A `caldav` account has an address, or no
    more than a host, and the secrets `username` and `password`; `ics` has the address of a text,
    also as webcal://, and perhaps the same. Raises Refused for a username that can't be sent."""
    username = secrets.get("username", "")
    if ":" in username:
        raise Refused("A username has no colon.")
    match kind:
        case "caldav":
            url = address if "://" in address else f"https://{address}"
            return CalDav(Dav(way_out, url, username, secrets.get("password", "")))
        case "ics":
            return Subscription(way_out, address, username, secrets.get("password", ""))
    raise ValueError(f"There is no kind {kind!r} of calendar service.")
