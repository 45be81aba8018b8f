"""Webhooks in the native contract, at endpoints that are there: tried, looked into, replayed."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
import pytest

from infrastructure.outside import names
from infrastructure.webhooks import replaying
from infrastructure.webhooks.trying import EACH
from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.office import done, refused
from tests.api.running import Service, running
from tests.api.webhooked import new_webhook, past_delivery
from tests.infrastructure.webhooks.receiver import Answered, Received, Receiver, receiving


@pytest.fixture(scope="module")
def nearby(database: Callable[[], str]) -> Iterator[Service]:
    """A kith for development: webhooks may go to this machine."""
    with running(database(), webhooks_allow_private=True) as one:
        yield one


@pytest.fixture
def near(nearby: Service, tenant: str) -> httpx.Client:
    return nearby.client(tenant=tenant)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def log_of(client: httpx.Client, webhook: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    path = f"/api/webhooks/{webhook['id']}/deliveries"
    items: list[dict[str, Any]] = done(client.get(path, params=query))["items"]
    return items


def eventually(condition: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.02)
    return found


class TestTrying:
    def test_a_test_arrives_signed_and_the_answer_says_so(self, near, receiver):
        added = new_webhook(near, url=receiver.url)
        tried = done(near.post(f"/api/webhooks/{added['id']}/test"))
        assert (tried["cause"], tried["outcome"], tried["lastStatus"]) == ("test", "delivered", 204)
        (received,) = receiver.received
        event = received.verified_by(added["secret"])
        assert event["type"] == tried["type"] == "kith.webhook.test.v1"
        assert event["id"] == tried["eventId"] == received.headers["webhook-id"]
        assert log_of(near, added) == [tried]

    def test_a_failure_is_no_failure_of_the_request(self, client, monkeypatch):
        def unknown(*_: object) -> list[str]:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(names, "_look_up", unknown)
        added = new_webhook(client)
        tried = done(client.post(f"/api/webhooks/{added['id']}/test"))
        assert (tried["outcome"], tried["lastStatus"]) == ("failed", None)
        assert tried["lastError"] == "The host isn't known as a public one."
        assert tried["lastMilliseconds"] == 0

    def test_an_internal_name_is_refused_as_an_unknown_one(self, client, monkeypatch):
        added = new_webhook(client)
        tried = []
        for found in ([], ["10.0.0.1"]):
            monkeypatch.setattr(names, "_look_up", lambda *_, found=found: found)
            tried.append(done(client.post(f"/api/webhooks/{added['id']}/test")))
        told = "outcome", "lastStatus", "lastError", "lastMilliseconds", "attempts"
        unknown, internal = [[one[name] for name in told] for one in tried]
        assert unknown == internal

    def test_happens_once_per_key(self, near, receiver):
        path = f"/api/webhooks/{new_webhook(near, url=receiver.url)['id']}/test"
        key = {"Idempotency-Key": "k-1"}
        first, second = (done(near.post(path, headers=key)) for _ in range(2))
        assert first == second
        assert len(receiver.received) == 1

    def test_a_tenant_that_tests_slow_endpoints_is_told_to_wait_and_others_are_not(
        self, near, nearby, other_tenant, receiver, monkeypatch
    ):
        monkeypatch.setattr(nearby.services.webhooks.tester._limiter, "_patience", 0.2)
        release = threading.Event()

        def slow(_: Received) -> Answered:
            release.wait(60)
            return Answered()

        receiver.answer = slow
        path = f"/api/webhooks/{new_webhook(near, url=receiver.url)['id']}/test"
        with ThreadPoolExecutor(EACH) as pool:
            under_way = [pool.submit(near.post, path) for _ in range(EACH)]
            eventually(lambda: receiver.under_way == EACH)
            told = near.post(path)
            refused(told, 503, "too_many_tests")
            assert int(told.headers["retry-after"]) > 0
            with receiving() as quick:
                stranger = nearby.client(tenant=other_tenant)
                others = new_webhook(stranger, url=quick.url)
                tried = done(stranger.post(f"/api/webhooks/{others['id']}/test"))
            assert tried["outcome"] == "delivered"
            release.set()
            assert {done(one.result())["outcome"] for one in under_way} == {"delivered"}
        done(near.post(path))

    def test_gone_disables(self, near, receiver):
        added = new_webhook(near, url=receiver.url)
        receiver.answers(410)
        done(near.post(f"/api/webhooks/{added['id']}/test"))
        shown = done(near.get(f"/api/webhooks/{added['id']}"))
        assert (shown["enabled"], shown["disabledReason"]) == (False, "gone")

    def test_a_disabled_webhook_can_be_tried(self, near, receiver):
        added = new_webhook(near, url=receiver.url)
        near.patch(f"/api/webhooks/{added['id']}", json={"enabled": False})
        tried = done(near.post(f"/api/webhooks/{added['id']}/test"))
        assert tried["outcome"] == "delivered"

    def test_a_test_has_no_event_to_replay(self, near, receiver):
        added = new_webhook(near, url=receiver.url)
        tried = done(near.post(f"/api/webhooks/{added['id']}/test"))
        path = f"/api/webhooks/{added['id']}/deliveries/{tried['id']}/replay"
        refused(near.post(path), 409, "test_not_replayable")


class TestSecrets:
    def test_a_rotated_secret_signs_beside_the_former_one(self, near, receiver):
        added = new_webhook(near, url=receiver.url)
        rotated = done(near.post(f"/api/webhooks/{added['id']}/secret", json={}))
        assert rotated["secret"] != added["secret"]
        done(near.post(f"/api/webhooks/{added['id']}/test"))
        (received,) = receiver.received
        assert received.verified_by(added["secret"]) == received.verified_by(rotated["secret"])

    def test_the_new_secret_alone_signs_without_an_overlap(self, near, receiver):
        added = new_webhook(near, url=receiver.url)
        path = f"/api/webhooks/{added['id']}"
        rotated = done(near.post(f"{path}/secret", json={"overlapSeconds": 0}))
        done(near.post(f"{path}/test"))
        (received,) = receiver.received
        received.verified_by(rotated["secret"])
        assert " " not in received.headers["webhook-signature"]

    def test_are_made_once_per_key(self, client):
        path = f"/api/webhooks/{new_webhook(client)['id']}/secret"
        key = {"Idempotency-Key": "k-1"}
        first, second = (done(client.post(path, headers=key)) for _ in range(2))
        assert first == second

    @pytest.mark.parametrize("overlap", [-1, 7 * 24 * 3600 + 1, "1", None])
    def test_overlap_for_a_week_at_most(self, client, overlap):
        path = f"/api/webhooks/{new_webhook(client)['id']}/secret"
        assert client.post(path, json={"overlapSeconds": overlap}).status_code == 422


class TestDeliveries:
    def test_are_listed_newest_first_with_what_became_of_them(self, near, receiver):
        added = new_webhook(near, url=receiver.url, types=["kith.contact.added.v1"])
        for name in "ABC":
            office.add(near, name=name)
        found = eventually(
            lambda: (items := log_of(near, added, outcome="delivered"))[2:] and items
        )
        positions = [one["position"] for one in found]
        assert len(positions) == 3
        assert {one["type"] for one in found} == {"kith.contact.added.v1"}
        one = found[0]
        assert (one["cause"], one["attempts"], one["lastStatus"]) == ("event", 1, 204)
        assert (one["nextAttemptAt"], one["lastError"]) == (None, None)
        assert log_of(near, added, eventId=one["eventId"]) == [one]
        path = f"/api/webhooks/{added['id']}/deliveries"
        assert done(near.get(f"{path}/{one['id']}")) == one
        first = near.get(path, params={"limit": 2})
        rest = near.get(first.headers["link"].partition(">")[0].lstrip("<"))
        assert first.json()["items"] + rest.json()["items"] == found
        assert rest.json()["next"] is None

    def test_a_failed_delivery_shows_its_next_attempt(self, near, receiver):
        added = new_webhook(near, url=receiver.url, types=["kith.contact.added.v1"])
        receiver.answers(500)
        office.add(near)
        (one,) = eventually(lambda: [x for x in log_of(near, added) if x["lastStatus"]])
        assert (one["outcome"], one["lastStatus"]) == ("pending", 500)
        assert one["nextAttemptAt"] > one["lastAttemptAt"]
        assert done(near.get(f"/api/webhooks/{added['id']}"))["failingSince"] is not None

    def test_a_cursor_of_another_list_is_422(self, client, service, tenant):
        one, other = new_webhook(client), new_webhook(client)
        for _ in range(2):
            past_delivery(service, tenant, one["id"])
        path = f"/api/webhooks/{one['id']}/deliveries"
        cursor = done(client.get(path, params={"limit": 1}))["next"]
        assert cursor
        other_path = f"/api/webhooks/{other['id']}/deliveries"
        response = client.get(other_path, params={"cursor": cursor})
        refused(response, 422, "cursor_invalid")


class TestReplaying:
    def events(self, near: httpx.Client, receiver: Receiver) -> dict[str, Any]:
        """A webhook that has been sent three contacts, and an interaction it didn't ask for."""
        added = new_webhook(near, url=receiver.url, types=["kith.contact.added.v1"])
        contacts = [office.add(near) for _ in range(3)]
        office.log(near, contacts[0])
        eventually(lambda: len(log_of(near, added, outcome="delivered")) == 3)
        return added

    def test_one_delivery_is_sent_again_under_the_same_message_id(self, near, receiver):
        added = self.events(near, receiver)
        last = log_of(near, added)[0]
        path = f"/api/webhooks/{added['id']}"
        replayed = near.post(f"{path}/deliveries/{last['id']}/replay")
        answer = done(replayed, 202)
        assert answer == {"after": last["position"] - 1, "upTo": last["position"]}
        again = eventually(lambda: log_of(near, added, eventId=last["eventId"])[1:])
        assert len(again) == 1
        eventually(lambda: len(receiver.received) == 4)
        sent = [one for one in receiver.received if one.event["id"] == last["eventId"]]
        assert [one.headers["webhook-id"] for one in sent] == [last["eventId"]] * 2

    def test_a_replay_sends_the_subscribed_events_after_its_position(self, near, receiver):
        added = self.events(near, receiver)
        first = min(log_of(near, added), key=lambda one: one["position"])
        path = f"/api/webhooks/{added['id']}/replay"
        key = {"Idempotency-Key": "k-1"}
        for _ in range(2):
            done(near.post(path, json={"after": str(first["position"])}, headers=key), 202)
        eventually(lambda: len(log_of(near, added, outcome="delivered")) == 5)
        time.sleep(0.5)
        assert len(receiver.received) == 5
        replayed = [one for one in log_of(near, added) if one["cause"] == "replay"]
        assert {one["position"] for one in replayed} == {
            one["position"] for one in log_of(near, added)
        } - {first["position"]}

    def test_events_missed_while_disabled_can_be_replayed(self, near, receiver):
        added = new_webhook(near, url=receiver.url, types=["kith.contact.added.v1"])
        path = f"/api/webhooks/{added['id']}"
        near.patch(path, json={"enabled": False})
        since = done(near.get(path))["updatedAt"]
        refused(near.post(f"{path}/replay", json={"after": 0}), 409, "webhook_disabled")
        office.add(near)
        near.patch(path, json={"enabled": True})
        office.add(near)
        eventually(lambda: len(log_of(near, added, outcome="delivered")) == 1)
        done(near.post(f"{path}/replay", json={"since": since}), 202)
        eventually(lambda: len(log_of(near, added, outcome="delivered")) == 3)
        assert len({one["eventId"] for one in log_of(near, added)}) == 2

    @pytest.fixture
    def held(self, near: httpx.Client, nearby: Service, receiver: Receiver):
        """The path of a webhook, and a connection that holds its replays up: none is noted."""
        added = self.events(near, receiver)
        with psycopg.connect(nearby.conninfo) as connection:
            connection.execute("LOCK TABLE webhook_replays IN SHARE MODE")
            yield f"/api/webhooks/{added['id']}", connection

    def test_a_further_replay_waits_for_the_end_of_the_one_under_way(self, near, held, receiver):
        path, connection = held
        last = done(near.get(f"{path}/deliveries"))["items"][0]
        key = {"Idempotency-Key": "k-1"}
        first = done(near.post(f"{path}/replay", json={"after": 0}, headers=key), 202)
        refused(near.post(f"{path}/replay", json={"after": 0}), 409, "replay_under_way")
        assert done(near.post(f"{path}/replay", json={"after": 0}, headers=key), 202) == first
        done(near.post(f"{path}/deliveries/{last['id']}/replay"), 202)
        connection.commit()
        again = eventually(
            lambda: (r := near.post(f"{path}/replay", json={"after": 0})).is_success and r
        )
        assert done(again, 202)["after"] == 0
        eventually(lambda: len(receiver.received) == 3 + 3 + 1 + 3)

    def test_of_replays_asked_for_at_once_one_is_accepted(self, near, held, nearby, tenant):
        path, _ = held
        before = nearby.count_events(tenant)

        def ask(number: int) -> int:
            # Each of them twice, as by a client that didn't wait.
            headers = {"Idempotency-Key": f"k-{number % 6}"}
            return near.post(f"{path}/replay", json={"after": 0}, headers=headers).status_code

        with ThreadPoolExecutor(12) as pool:
            statuses = list(pool.map(ask, range(12)))
        assert sorted(statuses) == [202] * 2 + [409] * 10
        assert nearby.count_events(tenant) == before + 1

    def test_replays_counted_as_finished_too_early_are_detected(self, near, held, monkeypatch):
        """The mutant."""

        async def finished(*_: object) -> int:
            return 1

        monkeypatch.setattr(replaying, "finished", finished)
        path, _ = held
        for _ in range(2):
            done(near.post(f"{path}/replay", json={"after": 0}), 202)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"after": 1, "since": "2024-01-01T00:00:00Z"},
            {"after": -1},
            {"after": "x"},
            {"after": 1.5},
            {"after": True},
            {"after": 2**62},
            {"since": "yesterday"},
            {"since": "2024-01-01T00:00:00"},
        ],
    )
    def test_needs_a_position_there_is_or_an_instant(self, client, service, tenant, body):
        path = f"/api/webhooks/{new_webhook(client)['id']}/replay"
        assert client.post(path, json=body).status_code == 422
        assert service.count_events(tenant) == 1


def test_the_figures_say_what_became_of_deliveries(near, receiver):
    new_webhook(near, url=receiver.url, types=["kith.contact.added.v1"])
    office.add(near)
    eventually(lambda: receiver.received)

    def counted() -> bool:
        return 'kith_webhook_deliveries_total{outcome="delivered"}' in near.get("/metrics").text

    eventually(counted)
    assert "kith_webhook_due " in near.get("/metrics").text
