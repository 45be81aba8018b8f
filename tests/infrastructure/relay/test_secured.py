"""The relay at a Kafka that has a certificate and asks for a password."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kafka.errors import KafkaError

from infrastructure.relay.broker import Broker
from tests.brokers.chosen import kafka_chosen
from tests.brokers.secured_kafka import MECHANISMS, SecuredKafka
from tests.infrastructure.projecting.support import Ledger
from tests.infrastructure.relay.support import caught_up, check_complete, messages_of, relaying

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not kafka_chosen(), reason="Tansu knows no TLS and no passwords"),
]


@pytest.fixture(scope="module")
def secured(make_directory: Callable[[], Path]) -> Iterator[SecuredKafka]:
    kafka = SecuredKafka(make_directory())
    kafka.start()
    yield kafka
    kafka.kill()


@pytest.mark.parametrize("mechanism", [None, *MECHANISMS])
async def test_every_event_comes_over_tls_with_and_without_a_password(
    opened: Ledger, secured: SecuredKafka, mechanism: str | None
):
    secured.empty()
    settings = secured.asked(mechanism) if mechanism else secured.over_tls()
    await opened.log_many(50)
    async with relaying(opened, secured, settings=settings):
        await caught_up(opened)
    await check_complete(opened, await messages_of(secured))


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_wrong_password_is_refused(secured: SecuredKafka, mechanism: str):
    with pytest.raises(KafkaError):
        Broker(secured.asked(mechanism, "wrong"))


@pytest.mark.usefixtures("hasty")
def test_a_certificate_that_nobody_known_signed_is_refused(secured: SecuredKafka):
    with pytest.raises(KafkaError):
        Broker(dataclasses.replace(secured.over_tls(), kafka_cafile=None))
