"""Connecting an account: its service is tried first, and no answer has a secret."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from infrastructure.calendars import probing
from infrastructure.calendars.port import Unreachable
from tests.api.contracts.tracking.accounts.calendar_service import (
    FAILURES,
    GONE,
    NEW,
    PASSWORD,
    FakeService,
    with_accounts,
)
from tests.api.contracts.tracking.accounts.connected import (
    KEY,
    KEYS,
    calendars,
    connect,
    path,
    stored,
)
from tests.api.contracts.tracking.office import done, refused


class TestConnecting:
    def test_answers_with_the_account_and_no_secret(self, client, fake):
        response = client.post("/api/accounts", json=NEW | {"name": "Work"})
        account = done(response, 201)
        assert list(account) == KEYS
        assert (account["kind"], account["name"]) == ("caldav", "Work")
        assert (account["address"], account["server"]) == ("ann@dav.invalid", "https://dav.invalid")
        assert (account["state"], account["attention"]) == ("connecting", None)
        progress = {"seen": 0, "tracked": 0, "skipped": 0, "oldest": None}
        assert (account["lastSuccess"], account["progress"]) == (None, progress)
        assert PASSWORD not in response.text
        found = client.get(response.headers["location"])
        assert done(found) == account
        assert found.headers["etag"] == response.headers["etag"]
        assert done(client.get("/api/accounts"))["items"] == [account]
        assert [each["password"] for each in fake.tried] == [PASSWORD]

    @pytest.mark.parametrize(
        ("given", "tried", "server"),
        [
            ({"url": "dav.invalid"}, "https://dav.invalid", "https://dav.invalid"),
            ({"kind": "ics", "url": "webcal://c.invalid/a.ics?t=1"}, "https://c.invalid/a.ics?t=1",
             "https://c.invalid"),
        ],
    )  # fmt: skip
    def test_takes_addresses_as_people_have_them(self, client, fake, given, tried, server):
        assert connect(client, **given)["server"] == server
        assert fake.tried[-1]["address"] == tried

    def test_an_ics_calendar_needs_no_credentials(self, client):
        body = {"kind": "ics", "url": "https://c.invalid/a.ics"}
        account = done(client.post("/api/accounts", json=body), 201)
        assert (account["address"], account["kind"]) == (None, "ics")

    @pytest.mark.parametrize("code", FAILURES)
    def test_is_refused_with_a_sentence(self, client, fake, service, tenant, code):
        fake.failure = FAILURES[code]
        response = client.post("/api/accounts", json=NEW)
        assert refused(response, 422, code)["detail"] == str(fake.failure)
        assert service.count_events(tenant) == 0
        assert stored(service, tenant) == []

    def test_a_service_that_has_nothing_there_is_unreachable(self, client, fake):
        fake.failure = GONE
        refused(client.post("/api/accounts", json=NEW), 422, "account_unreachable")

    def test_a_service_that_never_answers_is_unreachable(self, client, fake, monkeypatch):
        monkeypatch.setattr(probing, "SECONDS", 0.01)

        async def never() -> list:
            await asyncio.sleep(60)
            return []

        monkeypatch.setattr(fake, "calendars", never)
        refused(client.post("/api/accounts", json=NEW), 422, "account_unreachable")

    @pytest.mark.parametrize("url", ["http://dav.invalid/", "https://127.0.0.1/", "https://[::1]/"])
    def test_a_private_address_is_tried_by_nobody(self, client, fake, url):
        response = client.post("/api/accounts", json=NEW | {"url": url})
        refused(response, 422, "account_address_private")
        assert fake.tried == []

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"kind": "google"}, "/kind"),
            ({"kind": "imap"}, "/kind"),
            ({"kind": None}, "/kind"),
            ({"url": ""}, "/url"),
            ({"url": "https://"}, "/url"),
            ({"url": "https://a.invalid/ü"}, "/url"),
            ({"url": "https://user:pass@a.invalid/"}, "/url"),
            ({"url": "https://a.invalid/" + "x" * 2048}, "/url"),
            ({"username": "a:b"}, "/username"),
            ({"username": ""}, "/username"),
            ({"username": None}, ""),
            ({"password": None}, ""),
            ({"password": "x" * 1001}, "/password"),
            ({"password": 7}, "/password"),
            ({"name": "x" * 501}, "/name"),
            ({"color": "red"}, ""),
        ],
    )
    def test_refuses_what_is_invalid(self, client, fake, wrong, pointer):
        response = client.post("/api/accounts", json=NEW | wrong)
        assert response.status_code == 422, response.text
        assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
        assert PASSWORD not in response.text
        assert fake.tried == []

    def test_a_user_has_a_bound_of_accounts(self, client, other_user, service, tenant, monkeypatch):
        monkeypatch.setattr("application.accounts.MOST", 2)
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: client.post("/api/accounts", json=NEW), range(6)))
        assert sorted(each.status_code for each in answers) == [201] * 2 + [409] * 4
        connect(other_user)
        assert len(stored(service, tenant)) == 3

    def test_two_accounts_connected_at_once_write_one_calendar(self, client):
        with ThreadPoolExecutor(5) as pool:
            accounts = list(pool.map(lambda _: connect(client), range(5)))
        written = [each["write"] for one in accounts for each in calendars(client, one)]
        assert written.count(True) == 1


class TestRepeating:
    def test_gives_the_same_account(self, client, service, tenant):
        def post(_: int) -> dict[str, Any]:
            return done(client.post("/api/accounts", json=NEW, headers=KEY), 201)

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(post, range(8)))
        assert all(answer == answers[0] for answer in answers)
        assert len(done(client.get("/api/accounts"))["items"]) == 1
        assert len(stored(service, tenant)) == 1

    def test_under_a_used_key_another_address_is_refused(self, client):
        done(client.post("/api/accounts", json=NEW, headers=KEY), 201)
        other = NEW | {"url": "https://other.invalid/"}
        refused(
            client.post("/api/accounts", json=other, headers=KEY), 422, "idempotency_key_reused"
        )

    def test_neither_answer_nor_digest_tells_the_password(self, client, service):
        first = done(client.post("/api/accounts", json=NEW, headers=KEY), 201)
        # The digest is that of the body without it: nothing can be guessed from it.
        again = client.post("/api/accounts", json=NEW | {"password": "another"}, headers=KEY)
        assert done(again, 201) == first
        with psycopg.connect(service.conninfo) as connection:
            ((answers,),) = connection.execute(
                "SELECT string_agg(answer::text, '') FROM command_keys"
            )
        assert PASSWORD not in answers


def test_no_secret_is_in_the_log_or_told_or_in_the_database(client, service, tenant):
    account = connect(client, url="https://dav.invalid/ann-frotz/")
    done(client.patch(path(account), json={"password": f"{PASSWORD}-2"}))
    client.delete(path(account))
    connect(client, url="https://dav.invalid/ann-frotz/")
    told = "".join(service.states(tenant)) + client.get("/api/events").text
    assert "https://dav.invalid" in told
    for secret in (PASSWORD, "frotz"):
        assert secret not in told
        assert all(secret not in value for value in stored(service, tenant))
    assert all(value.startswith("sealed:tests:") for value in stored(service, tenant))


def test_without_a_key_connecting_is_refused_before_it_is_tried(database):
    fake = FakeService()
    settings = {"secret_keys": (), "database_url": "postgresql://unused"}
    with with_accounts(database(), fake, **settings) as service:
        client = service.client()
        problem = refused(client.post("/api/accounts", json=NEW), 503, "no_secret_keys")
    assert "KITH_SECRET_KEYS" in problem["detail"]
    assert fake.tried == []


def test_with_private_addresses_allowed_they_are_tried(database):
    fake = FakeService(failure=Unreachable("No."))
    with with_accounts(database(), fake, accounts_allow_private=True) as service:
        response = service.client().post("/api/accounts", json=NEW | {"url": "http://localhost:1/"})
        refused(response, 422, "account_unreachable")
    assert [each["address"] for each in fake.tried] == ["http://localhost:1/"]
