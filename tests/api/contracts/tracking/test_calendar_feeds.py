"""Calendar feeds: made, subscribed to, revoked."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
import vobject
from icalendar import Calendar
from radicale import config
from radicale.app import Application

from api.contracts.tracking import calendar_feeds
from api.services import FEED_READERS_OF_A_TENANT
from infrastructure.calendars.feeds import MOST
from projections.calendar_feeds.model import of_user
from tests.api.contracts.tracking.office import ago, ahead, done, refused, schedule
from tests.api.streaming import eventually

NOBODY = str(UUID(int=7))
SECRETS = ("The new contract", "Read the old one", "Ann Ode", "prices")


@pytest.fixture
def feed(client):
    return done(client.post("/api/calendar-feeds"), 201)


@pytest.fixture
def subscriber(service):
    """A calendar, which sends no token."""
    return service.anonymous()


def path_of(feed) -> str:
    return httpx.URL(feed["url"]).path


def events_of(response: httpx.Response) -> list:
    assert response.status_code == 200, response.text
    return Calendar.from_ical(response.content).events


class TestMaking:
    def test_shows_the_address_this_once(self, client, feed):
        assert feed["url"].startswith("http")
        assert len(path_of(feed)) == len("/calendar/.ics") + 43
        assert feed["createdBy"] == {"id": "5", "name": "John Smith"}
        assert (feed["revokedAt"], feed["revokedBy"]) == (None, None)
        shown = done(client.get(f"/api/calendar-feeds/{feed['id']}"))
        assert shown == {key: value for key, value in feed.items() if key != "url"}
        assert done(client.get("/api/calendar-feeds"))["items"] == [shown]

    def test_happens_once_per_key(self, client):
        key = {"Idempotency-Key": "k-1"}
        first = done(client.post("/api/calendar-feeds", headers=key), 201)
        again = done(client.post("/api/calendar-feeds", headers=key), 201)
        assert again == first | {"url": None}
        assert len(done(client.get("/api/calendar-feeds"))["items"]) == 1

    def test_keeps_no_secret(self, service, feed):
        secret = path_of(feed).removeprefix("/calendar/").removesuffix(".ics")
        rows = service._look.execute("SELECT calendar_feeds::text FROM calendar_feeds").fetchall()
        assert rows
        assert not any(secret in row for (row,) in rows)

    def test_has_a_bound(self, client):
        for _ in range(MOST):
            done(client.post("/api/calendar-feeds"), 201)
        refused(client.post("/api/calendar-feeds"), 409, "too_many_feeds")


class TestSubscribing:
    def test_shows_time_and_place_and_no_more(self, client, contact, feed, subscriber):
        at = ahead(days=3)
        made = schedule(
            client,
            contact,
            scheduledDateTime=at,
            location="Room 1; east",
            purpose="The new contract",
            preparationNotes="Read the old one",
            agendaItems=["prices"],
        )
        response = subscriber.get(path_of(feed))

        (event,) = events_of(response)
        assert event["UID"] == f"{made['id']}@kith"
        assert event.start.isoformat().replace("+00:00", "Z") == at
        assert event.duration == timedelta(minutes=30)
        assert event["LOCATION"] == "Room 1; east"
        assert event["SUMMARY"] == "Meeting"
        assert not any(secret in response.text for secret in SECRETS)
        assert response.headers["content-type"] == "text/calendar; charset=utf-8"
        assert response.headers["cache-control"] == "private, no-cache"
        assert response.headers["x-content-type-options"] == "nosniff"

    def test_a_whole_day_is_a_date(self, client, contact, feed, subscriber):
        day = ahead(days=3)[:10]
        schedule(client, contact, scheduledDateTime=day, wholeDay=True)
        (event,) = events_of(subscriber.get(path_of(feed)))
        assert (event.start.isoformat(), event.duration) == (day, timedelta(days=1))

    def test_another_parser_reads_the_same(self, client, contact, feed, subscriber):
        schedule(client, contact, scheduledDateTime=ahead(days=3), location="Café " * 30)
        text = subscriber.get(path_of(feed)).text
        event = vobject.readOne(text).vevent
        (same,) = Calendar.from_ical(text).events
        assert (event.uid.value, event.location.value) == (same["UID"], same["LOCATION"])
        assert (event.dtstart.value, event.dtend.value) == (same.start, same.end)

    def test_an_unchanged_feed_is_304_and_a_changed_one_is_not(
        self, client, contact, feed, subscriber
    ):
        meeting = schedule(client, contact, scheduledDateTime=ahead(days=3))
        path = path_of(feed)
        tag = subscriber.get(path).headers["etag"]
        for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            response = subscriber.get(path, headers={"If-None-Match": given})
            assert (response.status_code, response.content) == (304, b"")
            assert response.headers["etag"] == tag

        moved = {"scheduledDateTime": ahead(days=4)}
        done(client.put(f"/api/meetings/{meeting['id']}", json=moved))
        response = subscriber.get(path, headers={"If-None-Match": tag})
        assert response.status_code == 200
        assert response.headers["etag"] != tag

    def test_a_cancelled_meeting_is_left_out(self, client, contact, feed, subscriber):
        meeting = schedule(client, contact, scheduledDateTime=ahead(days=3))
        assert len(events_of(subscriber.get(path_of(feed)))) == 1
        done(client.put(f"/api/meetings/{meeting['id']}/cancel"))
        assert events_of(subscriber.get(path_of(feed))) == []

    def test_the_meetings_are_those_of_its_user_and_period(
        self, service, tenant, client, contact, feed, subscriber
    ):
        near = [schedule(client, contact, scheduledDateTime=at) for at in (ago(days=29), ahead())]
        for at in (ago(days=40), ahead(days=400)):
            schedule(client, contact, scheduledDateTime=at)
        colleague = service.client(tenant=tenant, user="6")
        schedule(colleague, contact, scheduledDateTime=ahead(days=1))

        found = [str(event["UID"]) for event in events_of(subscriber.get(path_of(feed)))]
        assert found == [f"{meeting['id']}@kith" for meeting in near]

    def test_the_size_is_bounded(self, client, contact, feed, subscriber, monkeypatch):
        monkeypatch.setattr("api.contracts.tracking.calendar_feeds.MOST_MEETINGS", 2)
        for days in (3, 1, 2):
            schedule(client, contact, scheduledDateTime=ahead(days=days))
        found = events_of(subscriber.get(path_of(feed)))
        assert [event.start for event in found] == sorted(event.start for event in found)
        assert len(found) == 2

    def test_a_tenants_readers_leave_turns_to_those_of_others(
        self, client, stranger, other_tenant, subscriber, monkeypatch
    ):
        enough, within = threading.Event(), list[str]()

        async def slowly(fetch, tenant, *period):
            within.append(tenant)
            while tenant != other_tenant and not enough.is_set():  # noqa: ASYNC110 - another loop's
                await asyncio.sleep(0.01)
            return await of_user(fetch, tenant, *period)

        monkeypatch.setattr(calendar_feeds, "of_user", slowly)
        feeds = [done(client.post("/api/calendar-feeds"), 201) for _ in range(4)]
        foreign = done(stranger.post("/api/calendar-feeds"), 201)
        with ThreadPoolExecutor() as pool:
            waiting = [pool.submit(subscriber.get, path_of(each)) for each in feeds]
            eventually(lambda: len(within) == FEED_READERS_OF_A_TENANT)
            assert subscriber.get(path_of(foreign)).status_code == 200
            assert within.count(other_tenant) == 1
            enough.set()
            statuses = {each.result().status_code for each in waiting}
        assert 200 in statuses

    def test_a_radicale_takes_it(self, client, contact, feed, subscriber, tmp_path):
        for days in (1, 2, 3):
            schedule(client, contact, scheduledDateTime=ahead(days=days), location="Café")
        text = subscriber.get(path_of(feed)).content
        with radicale(tmp_path) as server:
            headers = {"Content-Type": "text/calendar; charset=utf-8"}
            assert server.put("/ada/feed/", content=text, headers=headers).status_code == 201
            kept = server.get("/ada/feed/")
        assert {str(event["UID"]) for event in Calendar.from_ical(kept.content).events} == {
            str(event["UID"]) for event in Calendar.from_ical(text).events
        }


def radicale(folder) -> httpx.Client:
    """A Radicale with a calendar store in the folder."""
    settings = config.load()
    settings.update(
        {
            "storage": {"filesystem_folder": str(folder)},
            "auth": {"type": "none"},
            "rights": {"type": "owner_only"},
        },
        "tests",
        privileged=True,
    )
    transport = httpx.WSGITransport(app=Application(settings))
    return httpx.Client(transport=transport, base_url="http://radicale", auth=("ada", "x"))


class TestRevoking:
    def test_ends_the_address(self, client, feed, subscriber):
        assert subscriber.get(path_of(feed)).status_code == 200
        assert client.delete(f"/api/calendar-feeds/{feed['id']}").status_code == 204
        ended, wrong = subscriber.get(path_of(feed)), subscriber.get("/calendar/wrong.ics")
        refused(ended, 404, "feed_not_found")
        assert ended.content == wrong.content
        assert done(client.get("/api/calendar-feeds"))["items"] == []

    @pytest.mark.parametrize("secret", ["", "%00", "é", "x" * 5000, "..%2f..%2fetc", "a" * 43])
    def test_any_wrong_secret_is_404(self, subscriber, secret):
        assert subscriber.get(f"/calendar/{secret}.ics").status_code == 404

    def test_an_admin_sees_who_had_one(self, service, tenant, client, feed):
        client.delete(f"/api/calendar-feeds/{feed['id']}")
        admin = service.client(tenant=tenant, user="6", permissions=["connect_accounts", "admin"])
        (shown,) = done(admin.get("/api/calendar-feeds", params={"all": "true"}))["items"]
        assert (shown["id"], shown["createdBy"]["id"]) == (feed["id"], "5")
        assert shown["revokedBy"] == "5"
        assert shown["revokedAt"] > shown["createdAt"]

        user = service.client(tenant=tenant, user="6", permissions=["connect_accounts"])
        refused(user.get("/api/calendar-feeds", params={"all": "true"}), 403, "permission_required")

    def test_another_users_feed_is_404_but_for_an_admin(self, service, tenant, client, feed):
        user = service.client(tenant=tenant, user="6", permissions=["connect_accounts"])
        path = f"/api/calendar-feeds/{feed['id']}"
        refused(user.get(path), 404, "feed_not_found")
        refused(user.delete(path), 404, "feed_not_found")
        assert done(user.get("/api/calendar-feeds"))["items"] == []
        admin = service.client(tenant=tenant, user="6", permissions=["connect_accounts", "admin"])
        assert admin.delete(path).status_code == 204
        assert done(admin.get(path))["revokedBy"] == "6"

    def test_an_unknown_feed_is_404(self, client, stranger, feed):
        refused(client.delete(f"/api/calendar-feeds/{NOBODY}"), 404, "feed_not_found")
        refused(client.get("/api/calendar-feeds/1"), 404, "feed_not_found")
        refused(stranger.delete(f"/api/calendar-feeds/{feed['id']}"), 404, "feed_not_found")


class TestSecret:
    def test_the_secret_is_in_no_log(self, service, feed, subscriber, caplog):
        subscriber.get(path_of(feed))
        assert path_of(feed) not in caplog.text
        assert path_of(feed) not in service.anonymous().get("/metrics").text
