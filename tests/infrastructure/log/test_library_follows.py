"""kith's log is a log of the library `eventsourcing`: its own projections can follow it."""

from collections import Counter
from typing import Any

import pytest
from eventsourcing.application import Application
from eventsourcing.persistence import (
    InfrastructureFactory,
    Mapper,
    Tracking,
)
from eventsourcing.popo import POPOTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.utils import Environment

from infrastructure.log.recorder import EventMapper, LedgerFactory, environment
from tests.infrastructure.append.jobs import adds, stream
from tests.infrastructure.append.support import Process

pytestmark = pytest.mark.anyio

SECONDS = 60


class Log(Application[str]):
    """The log, read with kith's factory and mapper."""

    name = "log"

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        return LedgerFactory(dict(env))

    def construct_mapper(self) -> Mapper[str]:
        return self.factory.mapper(mapper_class=EventMapper)


class Types(POPOTrackingRecorder):
    """The number of events of each type, in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()

    def count(self, type_: str, tracking: Tracking) -> None:
        self.insert_tracking(tracking)
        self.found[type_] += 1


class CountTypes(Projection[Types]):
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        self.view.count(domain_event.event.type, tracking)


async def test_a_projection_of_the_library_follows_the_log(ledger: str, one: Process):
    for _ in range(3):
        await one.appender.append(adds())
    receipt = await one.appender.append(adds(stream()))
    (entity,) = receipt.entities.values()
    runner = ProjectionRunner(
        application_class=Log,
        projection_class=CountTypes,
        view_class=Types,
        env=environment(ledger)
        | {"CREATE_TABLE": "n", "COUNTTYPES_PERSISTENCE_MODULE": "eventsourcing.popo"},
    )
    with runner:
        runner.wait(entity.position, timeout=SECONDS)
        seen = runner.view.found.copy()
    assert seen["kith.contact.added.v1"] >= 4
