"""A probe of a calendar service: the connection is tried, and its calendars are listed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from application.account_ports import FoundCalendar
from domain.errors import Invalid
from infrastructure.calendars.asking import NotPublic
from infrastructure.calendars.port import Calendar, CalendarService, Refused, ServiceError
from infrastructure.outside.addresses import NotAllowed
from infrastructure.outside.way_out import WayOut
from infrastructure.tenant_limiter import TenantLimiter

SECONDS = 30.0
"""Seconds of one probe."""

AT_ONCE = 8
"""Probes in flight in one process; others wait for a slot."""

EACH = 2
"""Probes of one tenant in flight."""

PATIENCE = 5.0
"""Seconds to wait for a slot."""

MOST = 500
"""Calendars of an account that are listed."""

Open = Callable[[str, str, Mapping[str, str], WayOut], Awaitable[CalendarService]]


class CalendarProber:
    """The port `Prober`."""

    def __init__(self, way_out: WayOut, open_service: Open):
        self._way_out = way_out
        self._open = open_service
        self._limiter = TenantLimiter(AT_ONCE, each=EACH, patience=PATIENCE)

    async def calendars(
        self, tenant: str, service: str, values: Mapping[str, str]
    ) -> list[FoundCalendar]:
        """Raises Invalid, and LimitReached."""
        async with self._limiter.slot(tenant):
            try:
                async with asyncio.timeout(SECONDS):
                    found = await self._listed(tenant, service, values)
            except TimeoutError:
                detail = f"The service didn't answer within {SECONDS:g} seconds."
                raise Invalid(detail, code="account_unreachable", field="url") from None
            except (NotPublic, NotAllowed) as error:
                detail = str(error)
                raise Invalid(detail, code="account_address_private", field="url") from None
            except Refused as error:
                raise Invalid(str(error), code="account_refused", field="password") from None
            except ServiceError as error:
                raise Invalid(str(error), code="account_unreachable", field="url") from None
        return [FoundCalendar(each.id, each.name, each.read_only) for each in found[:MOST]]

    async def _listed(self, tenant: str, service: str, values: Mapping[str, str]) -> list[Calendar]:
        opened = await self._open(service, values["url"], values, self._way_out.of(tenant))
        try:
            return await opened.calendars()
        finally:
            await opened.close()
