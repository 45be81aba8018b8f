"""The service of an account, by its kind."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from infrastructure.calendars.caldav.dav import Dav
from infrastructure.calendars.caldav.service import CalDav
from infrastructure.calendars.consented import consented
from infrastructure.calendars.port import CalendarService, Refused
from infrastructure.calendars.subscription import Subscription
from infrastructure.oauth.providers import Provider
from infrastructure.oauth.tokens import Grant
from infrastructure.outside.way_out import WayOut

Keep = Callable[[Mapping[str, str]], Awaitable[None]]
"""Keeps secrets that the service has renewed in the place of those before."""


async def nothing_kept(_: Mapping[str, str]) -> None:
    """For a service that is closed before anything expires."""


async def open_service(
    kind: str,
    address: str,
    secrets: Mapping[str, str],
    way_out: WayOut,
    keep: Keep = nothing_kept,
    *,
    providers: Mapping[str, Provider] = MappingProxyType({}),
) -> CalendarService:
    """Nothing is asked before its first method is called. A `caldav` account has an address, or no
    more than a host, and the secrets `username` and `password`; `ics` has the address of a text,
    also as webcal://, and perhaps the same; a `google` or `microsoft` account has the secrets of a
    grant. Raises Refused for a username that can't be sent."""
    username = secrets.get("username", "")
    if ":" in username:
        raise Refused("A username has no colon.")
    match kind:
        case "caldav":
            url = address if "://" in address else f"https://{address}"
            return CalDav(Dav(way_out, url, username, secrets.get("password", "")))
        case "ics":
            return Subscription(way_out, address, username, secrets.get("password", ""))
        case "google" | "microsoft":
            if kind not in providers:
                raise Refused(f"This kith is no longer registered with {kind.title()}.")

            async def keep_grant(grant: Grant) -> None:
                await keep({**secrets, **grant.secrets})

            return consented(providers[kind], secrets, way_out, keep_grant)
    raise ValueError(f"There is no kind {kind!r} of calendar service.")
