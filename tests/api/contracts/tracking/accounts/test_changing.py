"""Changing and ending an account: another way to the service is tried first."""

from typing import Any

import psycopg

from tests.api.contracts.tracking.accounts.calendar_service import FAILURES, NEW, PASSWORD
from tests.api.contracts.tracking.accounts.connected import NOBODY, connect, path, stored
from tests.api.contracts.tracking.office import done, refused


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
