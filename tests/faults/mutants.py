"""Relays with a mistake in them that somebody could make, each of which a round has to find."""

import sys

import psycopg
from kafka.errors import KafkaError

from api import composition
from api.cli.main import main as kith
from infrastructure.relay import broker
from infrastructure.relay.broker import Addressed, Unacknowledged
from infrastructure.relay.checkpoints import Checkpoints
from infrastructure.relay.reading import Told
from infrastructure.relay.relay import Relay, Sent


class MovesBeforeKafkaHasIt(Relay):
    """Moves the checkpoint when it has read a page: a page that was lost on its way stays lost."""

    def _messages(self, page: list[Told], checkpoints: Checkpoints) -> list[Addressed]:
        messages = super()._messages(page, checkpoints)
        if page:
            checkpoints.move(page[-1].step.recorded.position)
            self._stopped.wait(0.2)  # Kafka is far away
        return messages


class GoesOnAfterAFailure(Relay):
    """Has no patience, and goes on after a page that Kafka didn't take."""

    def _land(self, sent: Sent, checkpoints: Checkpoints) -> None:
        try:
            sent.acknowledged()
        except (KafkaError, Unacknowledged):
            checkpoints.move(sent.last)
            raise
        checkpoints.move(sent.last)


class SendsWithoutOrder(Relay):
    """Sends again what was lost with a connection, behind what came after it."""


class EndsWithTheDatabase(Relay):
    """Any exception ends it for good."""

    def run(self) -> None:
        try:
            self._hold()
        except psycopg.Error:
            return


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
