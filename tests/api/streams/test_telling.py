"""`GET /api/events/stream`: where it begins, and what it tells."""

import asyncio
import time
from itertools import islice

import pytest

from api.streams.source import PIECE_BYTES, StreamFilter
from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.office import refused
from tests.api.restricted import log_restricted
from tests.api.running import EVERYTHING, running
from tests.api.streaming import (
    STREAM,
    Frame,
    all_gone,
    events,
    frames,
    listening,
    until,
)
from tests.infrastructure.projecting.support import record

LOGGED = "kith.interaction.logged.v1"


def notes(frame: Frame) -> str:
    text: str = frame.data["data"]["record"]["said"]["notes"]
    return text


class TestBeginning:
    def test_a_stream_without_a_position_begins_now(self, client, contact):
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

    def test_position_0_is_the_beginning(self, client, contact):
        office.log(client, contact, notes="old")
        for query in ({"last": 0}, {"after": 0}, {"last": 0, "after": 10**9}):
            with listening(client, **query) as response:
                told = list(islice(events(response), 2))
            assert [one.type for one in told] == ["kith.contact.added.v1", LOGGED]

    def test_the_header_goes_before_the_query(self, client, contact):
        """An EventSource that reconnects sends both."""
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
        """The position is from another log: an older backup of this one, for example."""
        head = service.count_events()
        with listening(client, head):
            pass
        response = client.get(STREAM, headers={"Last-Event-ID": str(head + 1)})
        refused(response, 400, "position_invalid")
        all_gone(service)


class TestContent:
    def test_filtered_events_are_omitted_and_move_the_position(self, client, contact, impatient):
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

    def test_another_tenants_events_neither_come_nor_move_the_position(
        self, client, contact, service, other_tenant, impatient
    ):
        with listening(service.client(tenant=other_tenant), 0) as response:
            stream = frames(response)
            until(stream, "caught up")
            office.log(client, contact)
            until(stream, "heartbeat")
            assert until(stream, "heartbeat")[-1].id == 0

    def test_a_hidden_event_stays_redacted_unless_its_tag_is_opened(
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

    def test_hidden_content_ends_no_page_of_a_stream(self, service, tenant, other_tenant):
        """The pieces in which it comes would tell how much there is."""
        pages = []
        for each, size in ((tenant, 100_000), (other_tenant, 1)):
            contact = office.add(service.client(tenant=each))
            for _ in range(30):
                log_restricted(service, each, contact["id"], record("x" * size), "tax")
            wanted = StreamFilter(each, frozenset(), None, frozenset())
            told = service.services.streams.source.frames(wanted, 0)
            pages.append(asyncio.run_coroutine_threadsafe(told, service.loop).result(60))
        sent = [(-(-len(page.sent) // PIECE_BYTES), page.more) for page in pages]
        assert sent == [(2, False)] * 2

    def test_an_event_appended_by_another_process_arrives_at_once(
        self, service, tenant, client, contact
    ):
        with running(service.conninfo) as other, listening(client) as response:
            stream = events(response)
            for _ in range(5):
                office.log(other.client(tenant=tenant), contact)
                answered = time.monotonic()
                next(stream)
                assert time.monotonic() - answered < 10

    def test_unknown_words_are_422(self, client, contact):
        refused(client.get(STREAM, params={"type": "x"}), 422, "type_unknown", "/type")
        refused(client.get(STREAM, params={"subject": "x"}), 422, "subject_invalid", "/subject")
