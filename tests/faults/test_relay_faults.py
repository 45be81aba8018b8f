"""A short round of every fault, and for each the mistake that it has to find.

`make faults` runs the long ones.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infrastructure.embedded import EmbeddedPostgres
from tests.brokers.apache_kafka import ApacheKafka
from tests.brokers.broker import RealBroker
from tests.faults import rounds
from tests.faults.mutants import (
    EndsWithTheDatabase,
    GoesOnAfterAFailure,
    MovesBeforeKafkaHasIt,
    SendsWithoutOrder,
)
from tests.faults.place import Place

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def restartable(make_directory: Callable[[], Path]) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of our own: nobody else is bothered when it is restarted."""
    with EmbeddedPostgres(make_directory()) as server:
        yield server


@pytest.fixture
def place(restartable: EmbeddedPostgres, one_broker: RealBroker) -> Place:
    if not isinstance(one_broker, ApacheKafka):
        pytest.skip("Tansu forgets what it had, and can't be had behind a proxy")
    one_broker.start()
    return Place(restartable, "faults", one_broker)


def quiet() -> None:
    return None


async def test_a_relay_killed_at_random_moments_loses_nothing_and_keeps_the_order(place: Place):
    outcome = await rounds.relay_killed(place, 1500, 3, quiet)
    assert outcome.events >= 1500


async def test_a_checkpoint_ahead_of_kafka_is_detected(place: Place):
    with pytest.raises(AssertionError, match="lost"):
        await rounds.relay_killed(place, 1000, 2, quiet, MovesBeforeKafkaHasIt.__name__)


async def test_a_broker_that_crashes_under_load_gets_everything_when_it_is_back(place: Place):
    outcome = await rounds.broker_restarted(place, 1500, 1, quiet)
    assert outcome.events >= 1500


async def test_a_relay_that_goes_on_after_a_failure_is_detected(place: Place):
    with pytest.raises(AssertionError, match="lost"):
        await rounds.broker_restarted(place, 1500, 1, quiet, GoesOnAfterAFailure.__name__)


async def test_a_connection_cut_in_the_middle_of_a_batch_loses_nothing(place: Place):
    outcome = await rounds.connection_cut(place, 2000, 12, quiet)
    assert outcome.faults > 3


async def test_a_resend_out_of_order_is_detected(place: Place):
    with pytest.raises(AssertionError, match="out of order"):
        await rounds.connection_cut(place, 2000, 30, quiet, SendsWithoutOrder.__name__)


async def test_a_database_restarted_under_load_holds_nothing_up_for_good(place: Place):
    outcome = await rounds.database_restarted(place, 1500, 1, quiet)
    assert outcome.events >= 1500


async def test_a_relay_that_ends_with_the_database_is_detected(place: Place):
    with pytest.raises(AssertionError, match="lost"):
        await rounds.database_restarted(place, 600, 1, quiet, EndsWithTheDatabase.__name__)
