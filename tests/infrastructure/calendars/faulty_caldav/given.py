"""The double of a CalDAV server with a service on it, and the answers that it gives instead."""

from collections.abc import Callable

from infrastructure.calendars.opening import open_service
from infrastructure.calendars.port import CalendarService
from infrastructure.outside.network import trusting
from infrastructure.outside.way_out import WayOut
from tests.infrastructure.calendars.double import CALENDAR, Asked, Double, Said
from tests.infrastructure.calendars.texts import event

TLS = trusting()
SECRETS = {"username": "ada", "password": "secret"}


async def opened(double: Double) -> CalendarService:
    way_out = WayOut(allow_private=True, tls=TLS)
    return await open_service("caldav", double.url, SECRETS, way_out)


def fill(double: Double, count: int) -> None:
    for number in range(count):
        double.store(f"{CALENDAR}{number}.ics", event(f"u{number}@x"))


def answering(double: Double, word: str, said: Said | Callable[[Asked], Said | None]) -> None:
    """Replace the answer to requests with this word in their body, or for method or path. None
    from `said` leaves the double's own answer."""

    def instead(asked: Asked) -> Said | None:
        if word not in (asked.method, asked.path) and word not in asked.body:
            return None
        return said(asked) if callable(said) else said

    double.instead = instead
