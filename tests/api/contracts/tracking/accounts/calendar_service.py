"""A calendar service that is as a test wants it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from api import services
from infrastructure.calendars.asking import NotPublic
from infrastructure.calendars.port import Calendar, Gone, Refused, ServiceError, Unreachable
from infrastructure.outside.way_out import WayOut
from tests.api.running import Service, running

CALENDARS = (
    Calendar("/ann/office/", "Office", False),
    Calendar("ben@example.com", "Ben", False),
    Calendar("/ann/holidays/", "Holidays", True),
)
PASSWORD = "xyzzy-plugh"
NEW = {"kind": "caldav", "url": "https://dav.invalid/ann/", "username": "ann@dav.invalid"}
NEW |= {"password": PASSWORD}

FAILURES: dict[str, ServiceError] = {
    "account_refused": Refused("The server refused the username or the password."),
    "account_unreachable": Unreachable("The server takes no connections at this address."),
    "account_address_private": NotPublic("The host isn't a public one."),
}


@dataclass
class FakeService:
    """The port of a service, as far as connecting asks it; `tried` are the secrets it was given."""

    found: tuple[Calendar, ...] = CALENDARS
    failure: ServiceError | None = None
    tried: list[dict[str, str]] = field(default_factory=list)
    closed: int = 0

    async def open(
        self, kind: str, address: str, secrets: Mapping[str, str], way_out: WayOut
    ) -> Any:
        self.tried.append({"kind": kind, "address": address, **secrets})
        return self

    async def calendars(self) -> list[Calendar]:
        if self.failure is not None:
            raise self.failure
        return list(self.found)

    async def close(self) -> None:
        self.closed += 1


GONE = Gone("The server has nothing at this address.")


@contextmanager
def with_accounts(conninfo: str, fake: FakeService, **settings: Any) -> Iterator[Service]:
    """kith, whose accounts' services are the fake one."""

    async def open_fake(*given: Any, **_: Any) -> Any:
        return await fake.open(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "open_service", open_fake)
        with running(conninfo, **settings) as one:
            yield one
