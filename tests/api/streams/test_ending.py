"""The end of a stream: an expired token, a disconnected client, a stopping service."""

import re
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.contracts.tracking import events
from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.office import refused
from tests.api.running import running
from tests.api.streaming import (
    STREAM,
    all_gone,
    eventually,
    frames,
    listening,
    opened,
    until,
)
from tests.infrastructure.projecting.support import kill

LOGGED = "kith.interaction.logged.v1"


class TestEndings:
    def test_an_expired_token_ends_the_stream_with_a_comment(
        self, service, tenant, client, contact, monkeypatch
    ):
        lifetime = timedelta(minutes=30)
        # The stream asks once half a second has passed, and whoever it asks has a clock of ours.
        monkeypatch.setattr(events, "LEEWAY", 0.5 - lifetime.total_seconds())
        ending = service.client(tenant=tenant, lifetime=lifetime)
        with listening(ending) as response:
            stream = frames(response)
            until(stream, "caught up")
            monkeypatch.setattr(service.services.verifier, "_clock", lambda: time.time() + 2_400)
            assert [frame.comment for frame in stream] == ["the token is no longer valid"]
        assert client.get("/api/contacts").status_code == 200
        assert ending.get(STREAM).status_code == 401

    def test_silence_is_broken_by_heartbeats(self, client, contact, impatient):
        with listening(client) as response:
            stream = frames(response)
            until(stream, "caught up")
            beats = [next(stream).comment for _ in range(3)]
        assert beats == ["heartbeat"] * 3

    def test_a_client_that_disconnects_frees_its_stream_at_once(self, service, client):
        all_gone(service)
        with listening(client):
            assert opened(service) == 1
        all_gone(service)

    def test_a_stream_beyond_the_limit_is_503_until_another_ends(self, database, tenant):
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

    def test_a_stopping_service_ends_streams_with_a_retry_time(self, database, tenant):
        with running(database()) as service:
            client = service.client(tenant=tenant)
            with listening(client) as response:
                stream = frames(response)
                assert "retry: 1000" in until(stream, "caught up")[0].text
                service.loop.call_soon_threadsafe(service.services.streams.stop)
                told = list(stream)
            refused(client.get(STREAM), 503, "too_many_streams")
        assert told[-1].comment == "the service is stopping"

    def test_an_unreadable_event_halts_stream_and_feed_and_is_never_skipped(self, database, tenant):
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

    def test_a_streams_length_does_not_count_as_request_time(self, client):
        def seconds() -> float:
            figures = client.get("/metrics").text
            (line,) = re.findall(r'kith_request_seconds_sum{method="GET"} (.*)', figures)
            return float(line)

        began, before = time.monotonic(), seconds()
        with listening(client):
            time.sleep(1)
        eventually(lambda: 'route="/api/events/stream",status="200"' in client.get("/metrics").text)
        # No more than what the other requests took, one after the other.
        assert seconds() - before < time.monotonic() - began - 0.5

    @pytest.mark.anyio
    async def test_lost_database_connections_only_delay_the_stream(self, database, tenant):
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
