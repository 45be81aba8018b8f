"""Consents at Google and Microsoft: the address to go to, and the login that comes of it."""

import asyncio
import logging
from collections.abc import Mapping

from application.administering_accounts import Login
from domain.errors import Invalid
from domain.mail_address import normal
from infrastructure.calendars.consented import consented
from infrastructure.calendars.port import Refused, ServiceError
from infrastructure.oauth.consent import consent_url
from infrastructure.oauth.providers import Provider
from infrastructure.oauth.tokens import Grant, GrantRefused, NoTokens, redeem, revoke
from infrastructure.outside.addresses import endpoint
from infrastructure.outside.client import Client
from infrastructure.outside.way_out import WayOut

logger = logging.getLogger(__name__)

SECONDS = 10.0
"""Seconds for a revocation, which its caller waits for."""

CALLBACK = "/api/accounts/callback"


class CalendarConsents:
    """The port `ConsentServices`."""

    def __init__(self, providers: Mapping[str, Provider], base_url: str, way_out: WayOut):
        self._providers = providers
        self._callback = base_url + CALLBACK
        self._way_out = way_out

    def check(self, service: str) -> None:
        if service not in self._providers:
            detail = f"This kith isn't registered with {service.title()}: its operator has to."
            raise Invalid(detail, code="service_not_registered", field="kind")

    def url(self, service: str, state: str, verifier: str) -> str:
        return consent_url(self._providers[service], self._callback, state, verifier)

    async def granted(self, tenant: str, service: str, code: str, verifier: str) -> Login:
        provider, way_out = self._providers[service], self._way_out.of(tenant)
        client = Client(way_out, {})
        try:
            grant = await redeem(client, provider, code, verifier, self._callback)
            address = await self._address(provider, grant, way_out)
        except (GrantRefused, Refused) as error:
            raise Invalid(str(error), code="account_refused", field="code") from None
        except (NoTokens, ServiceError) as error:
            raise Invalid(str(error), code="account_unreachable", field="code") from None
        finally:
            await client.close()
        origin = endpoint(provider.api, allow_private=True).origin
        return Login(origin, address, {"url": provider.api, **grant.secrets})

    async def revoke(self, tenant: str, service: str, values: Mapping[str, str]) -> None:
        """Take a grant back, where the service can. A failure is logged: the tokens are forgotten
        all the same."""
        provider = self._providers.get(service)
        if provider is None:
            return
        client = Client(self._way_out.of(tenant), {})
        try:
            async with asyncio.timeout(SECONDS):
                await revoke(client, provider, Grant.of(values))
        except (NoTokens, TimeoutError, KeyError, ValueError) as error:
            logger.warning("a grant wasn't revoked: %s", type(error).__name__)
        finally:
            await client.close()

    async def _address(self, provider: Provider, grant: Grant, way_out: WayOut) -> str | None:
        async def keep(_: Grant) -> None:
            """The grant is new: `granted` returns it, to be kept with the account."""

        service = consented(provider, grant.secrets, way_out, keep)
        try:
            address = await service.address()
        finally:
            await service.close()
        return normal(address) if address and "@" in address else None
