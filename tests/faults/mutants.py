"""Relays with a mistake in them that somebody could make, each of which a round has to find."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from kafka.errors import KafkaError

from api import composition
from api.cli.main import main as kith
from infrastructure.following.session import Page
from infrastructure.relay import broker
from infrastructure.relay.broker import Unacknowledged
from infrastructure.relay.relay import Relay


class MovesBeforeKafkaHasIt(Relay):
    """Moves the checkpoint when it has read a page: a page that was lost on its way stays lost. On
    its way each page is when this relay is killed."""

    async def land(self, page: Page) -> None:
        await self.session.checkpoints.move(page.last)
        await asyncio.sleep(600)  # Kafka is far away
        await super().land(page)


class GoesOnAfterAFailure(Relay):
    """Has no patience, and goes on after a page that Kafka didn't take."""

    async def land(self, page: Page) -> None:
        try:
            await super().land(page)
        except (KafkaError, Unacknowledged):
            await self.session.checkpoints.move(page.last)
            raise


class SendsWithoutOrder(Relay):
    """Sends again what was lost with a connection, behind what came after it."""


class EndsWithTheDatabase(Relay):
    """Any error of the database ends it for good."""

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        async with super().working():
            try:
                yield
            except psycopg.Error:
                await asyncio.Event().wait()


def main(name: str) -> int:
    """The `kith` command with this relay."""
    vars(composition)["Relay"] = getattr(sys.modules[__name__], name)
    if name == GoesOnAfterAFailure.__name__:
        broker.SECONDS_TO_ACKNOWLEDGE = 1.0
    if name == SendsWithoutOrder.__name__:
        broker.SENDING.update(
            enable_idempotence=False,
            retries=1000,
            batch_size=1024,
            linger_ms=0,
            max_in_flight_requests_per_connection=5,
        )
    return kith()
