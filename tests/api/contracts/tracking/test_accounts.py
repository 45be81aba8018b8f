"""Accounts in the native contract: connected, chosen, changed, paused and ended."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from infrastructure.accounts.problems import Problems
from infrastructure.calendars import probing
from infrastructure.calendars.port import Unreachable
from tests.api.contracts.tracking.calendar_service import (
    CALENDARS,
    FAILURES,
    GONE,
    NEW,
    PASSWORD,
    FakeService,
    with_accounts,
)
from tests.api.contracts.tracking.office import done, refused
from tests.api.running import Service

NOBODY = str(UUID(int=7))
KEYS = (
    "id kind state attention lastSuccess failingSince progress createdAt name address server "
    "updatedAt"
).split()
KEY = {"Idempotency-Key": "k-1"}


@pytest.fixture(scope="module")
def fake() -> FakeService:
    return FakeService()


@pytest.fixture(scope="module")
def service(database: Callable[[], str], fake: FakeService) -> Iterator[Service]:
    with with_accounts(database(), fake) as one:
        yield one


@pytest.fixture(autouse=True)
def well(fake: FakeService) -> None:
    fake.found, fake.failure = CALENDARS, None
    fake.tried.clear()


@pytest.fixture
def other_user(service: Service, tenant: str) -> httpx.Client:
    return service.client(tenant=tenant, user="6", name="Ben")


def connect(client: httpx.Client, **more: Any) -> dict[str, Any]:
    return done(client.post("/api/accounts", json=NEW | more), 201)


def calendars(client: httpx.Client, account: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = done(client.get(path(account) + "/calendars"))["items"]
    return items


def path(account: dict[str, Any]) -> str:
    return f"/api/accounts/{account['id']}"


class TestAccess:
    @pytest.fixture
    def routes(self) -> list[tuple[str, str]]:
        one = f"/api/accounts/{NOBODY}"
        work = [("POST", f"{one}/{what}") for what in ("sync", "pause", "resume")]
        reads = [("GET", one), ("GET", f"{one}/calendars"), ("GET", f"{one}/problems")]
        return [("GET", "/api/accounts"), ("DELETE", one), *reads, *work]

    def test_needs_a_token_and_the_permission(self, service, tenant, routes):
        others = service.client(tenant=tenant, permissions=["view_contacts", "admin"])
        for method, where in routes:
            refused(service.anonymous().request(method, where), 401, "unauthorized")
            refused(others.request(method, where), 403, "permission_required")

    def test_another_users_account_isnt_there(self, client, other_user, stranger):
        account = connect(client)
        for other in (other_user, stranger):
            assert done(other.get("/api/accounts"))["items"] == []
            for method, rest, body in (
                ("GET", "", None),
                ("PATCH", "", {"name": "x"}),
                ("DELETE", "", None),
                ("GET", "/calendars", None),
                ("PUT", "/calendars", {"items": []}),
                ("POST", "/sync", None),
                ("POST", "/pause", None),
                ("POST", "/resume", None),
                ("GET", "/problems", None),
            ):
                response = other.request(method, path(account) + rest, json=body)
                refused(response, 404, "account_not_found")
        assert done(client.get(path(account))) == account

    def test_an_admin_sees_the_health_of_all_and_nothing_else(self, client, other_user, service):
        mine, others = connect(client, name="Secretly Work"), connect(other_user)
        items = done(client.get("/api/accounts?all=1"))["items"]
        assert {item["id"]: item["user"]["id"] for item in items} == {
            mine["id"]: "5",
            others["id"]: "6",
        }
        expected = {*KEYS, "user"} - {"name", "address", "server", "updatedAt"}
        assert all(set(item) == expected for item in items)

    def test_the_health_of_all_needs_admin(self, service, tenant):
        user = service.client(tenant=tenant, permissions=["connect_accounts"])
        refused(user.get("/api/accounts?all=1"), 403, "permission_required")


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


class TestChanging:
    def test_a_name_is_set_and_cleared(self, client, fake):
        account = connect(client)
        assert done(client.patch(path(account), json={"name": "Work"}))["name"] == "Work"
        assert done(client.patch(path(account), json={"name": None}))["name"] is None
        assert len(fake.tried) == 1

    def test_an_answer_sent_back_changes_nothing(self, client, service, tenant):
        account = connect(client)
        before = service.count_events(tenant)
        assert done(client.patch(path(account), json=account)) == account
        assert service.count_events(tenant) == before

    def test_new_credentials_are_tried_first(self, client, fake, service, tenant):
        account = connect(client)
        fake.failure = FAILURES["account_refused"]
        body = {"password": "wrong"}
        refused(client.patch(path(account), json=body), 422, "account_refused")
        fake.failure = None
        done(client.patch(path(account), json={"password": "right"}))
        assert [each["password"] for each in fake.tried] == [PASSWORD, "wrong", "right"]
        assert {each["username"] for each in fake.tried} == {"ann@dav.invalid"}
        assert len(stored(service, tenant)) == 1

    def test_another_server_isnt_given_the_password_unasked(self, client, fake):
        account = connect(client)
        body = {"url": "https://elsewhere.invalid/"}
        refused(client.patch(path(account), json=body), 422, "password_needed")
        assert len(fake.tried) == 1
        changed = done(client.patch(path(account), json=body | {"password": "new"}))
        assert changed["server"] == "https://elsewhere.invalid"
        done(client.patch(path(account), json={"url": "https://elsewhere.invalid/b/"}))

    def test_credentials_whose_key_is_lost_can_be_given_anew(self, client, service, tenant):
        account = connect(client)
        with psycopg.connect(service.conninfo) as connection:
            connection.execute(
                "UPDATE account_secrets SET value = 'sealed:lost:AAAA' WHERE tenant = %s", (tenant,)
            )
        refused(client.patch(path(account), json={"password": "x"}), 503, "secret_unopened")
        done(client.patch(path(account), json={key: NEW[key] for key in NEW if key != "kind"}))
        done(client.patch(path(account), json={"password": "x"}))

    def test_a_stale_if_match_is_412(self, client, fake, service, tenant):
        account = connect(client)
        tag = client.get(path(account)).headers["etag"]
        current = client.patch(path(account), json={"name": "a"}, headers={"If-Match": tag})
        assert current.status_code == 200
        stale = {"If-Match": tag}
        refused(client.patch(path(account), json={"password": "b"}, headers=stale), 412)
        body: dict[str, Any] = {"items": []}
        refused(client.put(path(account) + "/calendars", json=body, headers=stale), 412)
        refused(client.delete(path(account), headers=stale), 412)
        assert len(stored(service, tenant)) == 1

    def test_a_removed_account_is_404_and_leaves_no_secret(self, client, service, tenant):
        account = connect(client)
        assert client.delete(path(account)).status_code == 204
        refused(client.get(path(account)), 404, "account_not_found")
        assert stored(service, tenant) == []
        for identity in (NOBODY, "1", "nonsense"):
            refused(client.get(f"/api/accounts/{identity}"), 404, "account_not_found")


class TestCalendars:
    def test_the_first_is_read_and_written(self, client):
        found = calendars(client, connect(client))
        assert [(each["name"], each["readOnly"]) for each in found] == [
            ("Office", False),
            ("Ben", False),
            ("Holidays", True),
        ]
        assert [(each["read"], each["write"]) for each in found] == [
            (True, True),
            (False, False),
            (False, False),
        ]

    def test_are_chosen_as_they_were_shown(self, client, service, tenant):
        account = connect(client)
        items = calendars(client, account)
        items[0]["write"], items[1]["write"], items[2]["read"] = False, True, True
        response = client.put(path(account) + "/calendars", json={"items": items})
        assert done(response)["items"] == items == calendars(client, account)
        events = service.count_events(tenant)
        done(client.put(path(account) + "/calendars", json={"items": items}))
        assert service.count_events(tenant) == events

    def test_no_address_of_others_is_told(self, client, service, tenant):
        account = connect(client)
        items = [each | {"read": True} for each in calendars(client, account)]
        done(client.put(path(account) + "/calendars", json={"items": items}))
        assert "ben@example.com" not in "".join(service.states(tenant))

    def test_of_which_a_user_has_one_that_is_written(self, client):
        first, second = connect(client), connect(client)
        items = calendars(client, second)
        items[0]["write"] = True
        done(client.put(path(second) + "/calendars", json={"items": items}))
        assert [each["write"] for each in calendars(client, first)] == [False] * 3
        assert [each["read"] for each in calendars(client, first)] == [True, False, False]

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda items: [items[2] | {"write": True}], "calendar_read_only"),
            (lambda items: [items[0] | {"id": NOBODY}], "calendar_unknown"),
            (lambda items: [items[0], items[0]], "calendar_twice"),
            (lambda items: [items[0], items[1] | {"write": True}], "one_calendar_written"),
        ],
    )
    def test_that_cant_be_chosen_are_refused(self, client, change, code):
        account = connect(client)
        body = {"items": change(calendars(client, account))}
        problem = refused(client.put(path(account) + "/calendars", json=body), 422, code)
        assert problem["errors"][0]["pointer"] == "/items"


class TestWork:
    def test_pausing_and_resuming(self, client):
        account = connect(client)
        paused = done(client.post(path(account) + "/pause"), 202)
        assert paused["state"] == done(client.get(path(account)))["state"] == "paused"
        refused(client.post(path(account) + "/sync"), 409, "account_suspended")
        assert done(client.post(path(account) + "/resume"), 202)["state"] == "connecting"
        done(client.post(path(account) + "/sync"), 202)

    def test_a_sync_makes_the_account_due(self, client, service):
        account = connect(client)
        with psycopg.connect(service.conninfo, autocommit=True) as connection:
            connection.execute("UPDATE account_states SET next_at = 'infinity', wake = false")
            done(client.post(path(account) + "/sync", headers=KEY), 202)
            ((woken,),) = connection.execute(
                "SELECT wake AND next_at <= now() FROM account_states WHERE account = %s",
                (account["id"],),
            ).fetchall()
        assert woken

    @pytest.mark.parametrize("what", ["sync", "pause", "resume"])
    def test_a_repeated_key_has_its_answer_after_the_accounts_removal(self, client, what):
        account = connect(client)
        first = done(client.post(f"{path(account)}/{what}", headers=KEY), 202)
        client.delete(path(account))
        assert done(client.post(f"{path(account)}/{what}", headers=KEY), 202) == first
        refused(client.post(f"{path(account)}/{what}"), 404, "account_not_found")

    def test_problems_are_listed_newest_first(self, client, service, tenant):
        account = connect(client)
        problems = Problems(service.services.fetch)
        for number in range(5):
            adding = problems.add(tenant, UUID(account["id"]), f"u{number}", "Lunch", "rule", "No.")
            asyncio.run_coroutine_threadsafe(adding, service.loop).result(10)
        items, where = [], f"{path(account)}/problems?limit=2"
        page = done(client.get(where))
        while True:
            items += page["items"]
            if page["next"] is None:
                break
            page = done(client.get(f"{where}&cursor={page['next']}"))
        assert [each["item"] for each in items] == ["u4", "u3", "u2", "u1", "u0"]
        assert set(items[0]) == {"at", "item", "title", "code", "detail"}
        refused(client.get(f"{where}&cursor=x"), 422, "cursor_invalid")


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


def stored(service: Service, tenant: str) -> list[str]:
    with psycopg.connect(service.conninfo) as connection:
        rows = connection.execute("SELECT value FROM account_secrets WHERE tenant = %s", (tenant,))
        return [value for (value,) in rows]
