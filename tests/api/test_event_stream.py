"""`GET /api/events/stream`: resuming without gap or repeat, filters, what ends a stream and what
doesn't."""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

import httpx
import pytest

from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.office import refused
from tests.api.restricted import log_restricted
from tests.api.running import EVERYTHING, Service, running
from tests.api.streaming import STREAM, Frame, events, frames, listening
from tests.infrastructure.projecting.support import kill, record

LOGGED = "kith.interaction.logged.v1"


@pytest.fixture
def client(service: Service, tenant: str) -> httpx.Client:
    return service.client(tenant=tenant)


@pytest.fixture
def contact(client: httpx.Client) -> dict[str, Any]:
    return office.add(client)


@pytest.fixture
def impatient(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Heartbeats ten times a second."""
    monkeypatch.setattr(service.services.streams, "heartbeat", 0.1)


def notes(frame: Frame) -> str:
    text: str = frame.data["data"]["record"]["said"]["notes"]
    return text


def until(stream: Iterator[Frame], comment: str) -> list[Frame]:
    """The frames before the one with this comment, and that one."""
    found = []
    for frame in stream:
        found.append(frame)
        if frame.comment == comment:
            return found
    raise AssertionError(f"it ended without {comment!r}: {found[-1:]}")


def opened(service: Service) -> int:
    return service.services.streams.count


def eventually(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def all_gone(service: Service) -> None:
    """Wait until nobody holds a stream open, those of earlier tests included."""
    eventually(lambda: opened(service) == 0)


class TestWhereItBegins:
    def test_without_a_position_it_is_from_now_on(self, client, contact):
        with listening(client) as response:
            stream = frames(response)
            beginning = next(stream)
            assert beginning.data is None
            office.log(client, contact, notes="new")
            frame = next(frame for frame in stream if frame.data)
        assert notes(frame) == "new"
        assert (frame.type, frame.id) == (LOGGED, int(frame.data["position"]))
        # Who is cut before the first event resumes from where the stream began.
        with listening(client, beginning.id) as response:
            assert next(events(response)) == frame

    def test_0_is_the_beginning(self, client, contact):
        office.log(client, contact, notes="old")
        for query in ({"last": 0}, {"after": 0}, {"last": 0, "after": 10**9}):
            with listening(client, **query) as response:
                told = list(islice(events(response), 2))
            assert [one.type for one in told] == ["kith.contact.added.v1", LOGGED]

    def test_the_header_goes_before_the_query(self, client, contact):
        """As an EventSource that comes back has both."""
        office.log(client, contact)
        with listening(client, 0) as response:
            first, second = islice(events(response), 2)
        with listening(client, first.id, after=0) as response:
            assert next(events(response)) == second

    @pytest.mark.parametrize("last", ["", "x", "-1", "1.0", "0x1", "9" * 19, "9" * 40])
    def test_a_bad_position_is_400_and_never_the_beginning(self, client, contact, last):
        response = client.get(STREAM, headers={"Last-Event-ID": last})
        refused(response, 400, "position_invalid", "/Last-Event-ID")
        refused(client.get(STREAM, params={"after": last}), 400, "position_invalid", "/after")

    def test_a_position_that_isnt_there_yet_is_400(self, service, client, contact):
        """It is from another log: an older backup of this one, for example."""
        head = service.count_events()
        with listening(client, head):
            pass
        response = client.get(STREAM, headers={"Last-Event-ID": str(head + 1)})
        refused(response, 400, "position_invalid")
        all_gone(service)


class TestWhatItTells:
    def test_types_and_a_subject_are_told_alone_and_the_others_move_the_position(
        self, client, contact, impatient
    ):
        first = office.log(client, contact)
        query = {"type": LOGGED, "subject": f"interaction/{first['id']}"}
        with listening(client, 0, **query) as response:
            stream = frames(response)
            (event,) = [one for one in until(stream, "caught up") if one.data]
            assert event.data["subject"] == query["subject"]
            assert event.id
            office.log(client, contact)
            beat = next(one for one in stream if one.id is not None and one.id > event.id)
        assert (beat.data, beat.comment) == (None, "heartbeat")

    def test_another_tenants_events_neither_come_nor_move_anything(
        self, client, contact, service, other_tenant, impatient
    ):
        with listening(service.client(tenant=other_tenant), 0) as response:
            stream = frames(response)
            until(stream, "caught up")
            office.log(client, contact)
            until(stream, "heartbeat")
            assert until(stream, "heartbeat")[-1].id == 0

    def test_what_a_tag_hides_stays_hidden_unless_it_is_opened(
        self, service, tenant, client, contact
    ):
        trusted = service.client(tenant=tenant, permissions=[*EVERYTHING, "tag:tax"])
        with listening(client) as shut, listening(trusted, tags="tax") as open_to:
            log_restricted(service, tenant, contact["id"], record("secret"), "tax")
            told, opened = next(events(shut)), next(events(open_to))
        assert told.data["data"]["redacted"] is True
        assert "secret" not in told.text
        assert opened.data["data"]["record"]["said"]["subject"] == "secret"
        refused(client.get(STREAM, params={"tags": "tax"}), 403, "permission_required")

    def test_what_another_process_appends_comes_within_a_blink(
        self, service, tenant, client, contact
    ):
        with running(service.conninfo) as other, listening(client) as response:
            stream = events(response)
            for _ in range(5):
                office.log(other.client(tenant=tenant), contact)
                answered = time.monotonic()
                next(stream)
                assert time.monotonic() - answered < 1

    def test_unknown_words_are_422(self, client, contact):
        refused(client.get(STREAM, params={"type": "x"}), 422, "type_unknown", "/type")
        refused(client.get(STREAM, params={"subject": "x"}), 422, "subject_invalid", "/subject")


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

    def test_who_resumes_where_they_were_sees_every_event_once_and_in_order(
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

    def test_the_check_finds_who_resumes_a_step_before(self, service, tenant, client, contact):
        writers = Writers(service, tenant, contact, self.COUNT)
        seen = resumed(client, writers, lambda last: max(last - 1, 0))
        there = self.positions(service, tenant)
        assert set(seen) == set(there)
        assert len(seen) > len(there)

    def test_the_check_finds_who_resumes_a_step_behind(self, service, tenant, client, contact):
        writers = Writers(service, tenant, contact, self.COUNT)
        seen = resumed(client, writers, lambda last: min(last + 1, service.count_events()))
        assert set(seen) < set(self.positions(service, tenant))


class TestWhatEndsIt:
    def test_a_token_that_expires_ends_it_with_a_word(self, service, tenant, client, contact):
        lifetime = timedelta(seconds=-7)  # clocks may differ by ten
        ending = service.client(tenant=tenant, lifetime=lifetime)
        started = time.monotonic()
        with listening(ending) as response:
            told = list(frames(response))
        assert told[-1].comment == "the token is no longer valid"
        assert 0.5 < time.monotonic() - started < 8
        assert client.get("/api/contacts").status_code == 200
        assert ending.get(STREAM).status_code == 401

    def test_silence_is_broken_by_heartbeats(self, client, contact, impatient):
        with listening(client) as response:
            stream = frames(response)
            until(stream, "caught up")
            beats = [next(stream).comment for _ in range(3)]
        assert beats == ["heartbeat"] * 3

    def test_who_hangs_up_is_gone_at_once(self, service, client):
        all_gone(service)
        with listening(client):
            assert opened(service) == 1
        all_gone(service)

    def test_beyond_the_bound_it_is_503_until_somebody_leaves(self, database, tenant):
        with running(database(), max_event_streams=4) as service:
            client = service.client(tenant=tenant)
            with listening(client), listening(client):
                problem = client.get(STREAM)  # half of them are for others
                refused(problem, 503, "too_many_streams")
                assert int(problem.headers["retry-after"]) > 0
                other = service.client(tenant="another")
                with listening(other), listening(other):
                    refused(service.client(tenant="third").get(STREAM), 503)
            all_gone(service)
            with listening(client):
                pass

    def test_a_service_that_stops_ends_them_and_asks_to_come_back(self, database, tenant):
        with running(database()) as service:
            client = service.client(tenant=tenant)
            with listening(client) as response:
                stream = frames(response)
                assert "retry: 1000" in until(stream, "caught up")[0].text
                service.loop.call_soon_threadsafe(service.services.streams.stop)
                told = list(stream)
            refused(client.get(STREAM), 503, "too_many_streams")
        assert told[-1].comment == "the service is stopping"

    def test_an_event_that_cant_be_read_halts_it_and_the_feed_and_is_never_skipped(
        self, database, tenant
    ):
        with running(database()) as service:
            client = service.client(tenant=tenant)
            contact = office.add(client)
            for _ in range(2):
                office.log(client, contact)
            service._look.execute("UPDATE stored_events SET state = 'x' WHERE notification_id = 2")
            with listening(client, 0) as response:
                told = list(frames(response))
            assert [frame.id for frame in told if frame.data] == [1]
            assert (told[-1].comment, told[-1].id) == ("the next event can't be told now", 1)
            batch = client.get("/api/events")
            assert [one["position"] for one in batch.json()] == ["1"]
            refused(client.get(batch.links["next"]["url"]), 503, "unavailable")

    def test_how_long_it_lasted_is_not_how_long_an_answer_took(self, client):
        def seconds() -> float:
            figures = client.get("/metrics").text
            (line,) = re.findall(r'kith_request_seconds_sum{method="GET"} (.*)', figures)
            return float(line)

        before = seconds()
        with listening(client):
            time.sleep(1)
        eventually(lambda: 'route="/api/events/stream",status="200"' in client.get("/metrics").text)
        assert seconds() - before < 0.9

    @pytest.mark.anyio
    async def test_a_database_that_drops_all_connections_delays_it_and_nothing_else(
        self, database, tenant
    ):
        with running(database()) as service:
            client = service.client(tenant=tenant)
            contact = office.add(client)
            with listening(client) as response:
                stream = frames(response)
                until(stream, "caught up")
                for _ in range(3):
                    assert await kill(service.conninfo, "true")
                    eventually(lambda: log(client, contact))
                    assert next(frame for frame in stream if frame.data).type == LOGGED


def log(client: httpx.Client, contact: dict[str, Any]) -> bool:
    body = {"contactId": contact["id"], "date": office.ago(days=1)}
    return client.post("/api/interactions", json=body).status_code == 201
