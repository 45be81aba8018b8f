"""A resumed stream has no gap and no repeat."""

import random
import threading
from collections.abc import Callable
from itertools import islice
from typing import Any

import httpx
import pytest

from tests.api.contracts.tracking import office
from tests.api.running import Service, running
from tests.api.streaming import events, frames, listening


class Writers:
    """Log interactions in several threads until they are done."""

    def __init__(self, service: Service, tenant: str, contact: dict[str, Any], count: int):
        def write() -> None:
            with service.client(tenant=tenant) as client:
                for _ in range(count):
                    office.log(client, contact)

        self._threads = [threading.Thread(target=write) for _ in range(4)]
        for thread in self._threads:
            thread.start()

    def are_done(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)


def resumed(
    client: httpx.Client, writers: Writers, resume: Callable[[int], int] = lambda last: last
) -> list[int]:
    """The positions that somebody sees who is cut again and again, and resumes each time."""
    chance, last, seen = random.Random(7), 0, list[int]()
    while True:
        last_round = writers.are_done()
        with listening(client, last) as response:
            for frame in islice(frames(response), 2 + chance.randrange(40)):
                if frame.data is not None:
                    seen.append(frame.id or 0)
                if frame.id is not None:
                    last = resume(frame.id)
                if frame.comment == "caught up" and last_round:
                    return seen


@pytest.mark.usefixtures("impatient")
class TestResuming:
    COUNT = 60

    def positions(self, service: Service, tenant: str) -> list[int]:
        rows = service._look.execute(
            "SELECT notification_id FROM stored_events WHERE originator_id LIKE %s ORDER BY 1",
            (f"{tenant}/%",),
        )
        return [position for (position,) in rows]

    def test_a_resumed_stream_sends_every_event_once_and_in_order(
        self, service, tenant, client, contact
    ):
        seen = resumed(client, Writers(service, tenant, contact, self.COUNT))
        assert seen == self.positions(service, tenant)
        assert len(seen) == 4 * self.COUNT + 1

    def test_another_process_goes_on_where_one_left_off(self, service, tenant, client, contact):
        office.log(client, contact)
        office.log(client, contact)
        with listening(client, 0) as response:
            first, second, third = islice(events(response), 3)
        with running(service.conninfo) as other:
            elsewhere = other.client(tenant=tenant)
            with listening(elsewhere, first.id) as response:
                assert list(islice(events(response), 2)) == [second, third]

    def test_the_check_detects_a_client_that_resumes_a_step_before(
        self, service, tenant, client, contact
    ):
        writers = Writers(service, tenant, contact, self.COUNT)
        seen = resumed(client, writers, lambda last: max(last - 1, 0))
        there = self.positions(service, tenant)
        assert set(seen) == set(there)
        assert len(seen) > len(there)

    def test_the_check_detects_a_client_that_resumes_a_step_behind(
        self, service, tenant, client, contact
    ):
        writers = Writers(service, tenant, contact, self.COUNT)
        seen = resumed(client, writers, lambda last: min(last + 1, service.count_events()))
        assert set(seen) < set(self.positions(service, tenant))
