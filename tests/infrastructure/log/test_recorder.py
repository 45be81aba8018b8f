"""The library's event store over our table: it reads, and it doesn't write."""

from typing import Any

import pytest
from eventsourcing.persistence import ProgrammingError, StoredEvent

from infrastructure.log.recorder import LedgerRecorder, event_store
from tests.infrastructure.append.jobs import adds, stream
from tests.infrastructure.append.support import Process

pytestmark = pytest.mark.anyio


async def test_an_auditor_reads_a_stream_with_the_library(ledger: str, one: Process):
    name = stream()
    await one.appender.append(adds(name))
    entity = await one.log.load(name, fresh=True)
    assert entity is not None
    factory, store = event_store(ledger)
    try:
        found: list[Any] = list(store.get(str(name)))
        assert isinstance(store.recorder, LedgerRecorder)
        notifications = store.recorder.select_notifications(start=entity.position, limit=1)
    finally:
        factory.close()
    assert [(recorded.stream, recorded.version) for recorded in found] == [(name, 1)]
    assert found[0].envelope == entity.created
    assert [note.originator_id for note in notifications] == [str(name)]


async def test_the_librarys_recorder_refuses_to_append(ledger: str):
    factory, store = event_store(ledger)
    try:
        with pytest.raises(ProgrammingError, match=r"GroupCommit\.append"):
            store.recorder.insert_events([StoredEvent(str(stream()), 1, "x", b"")])
    finally:
        factory.close()
