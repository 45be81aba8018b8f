"""An account's access token, renewed before it expires and after it was refused."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from infrastructure.oauth.providers import Provider
from infrastructure.oauth.tokens import Grant, refresh
from infrastructure.outside.client import Client

MARGIN = timedelta(minutes=2)
"""The time before its end in which a token is no longer used."""

Keep = Callable[[Grant], Awaitable[None]]
"""Keeps a renewed grant in the place of the one before."""


class Bearer:
    """`client` is for the token endpoint. Methods raise GrantRefused, NoTokens."""

    def __init__(self, client: Client, provider: Provider, grant: Grant, keep: Keep):
        self._client = client
        self._keep = keep
        self._one = asyncio.Lock()
        self.provider = provider
        self.grant = grant

    async def token(self) -> str:
        """An access token that hasn't expired."""
        if self.grant.expires_at - MARGIN <= datetime.now(UTC):
            await self.renew(self.grant.access_token)
        return self.grant.access_token

    async def renew(self, refused: str) -> str:
        """An access token after one was refused."""
        async with self._one:
            if self.grant.access_token == refused:
                self.grant = await refresh(self._client, self.provider, self.grant)
                # Kept at once: the server may have turned the refresh token over.
                await self._keep(self.grant)
        return self.grant.access_token

    async def close(self) -> None:
        await self._client.close()
