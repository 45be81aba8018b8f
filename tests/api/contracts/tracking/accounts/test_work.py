"""The work of an account: looked at, paused, resumed, and its problems."""

import asyncio
from uuid import UUID

import psycopg
import pytest

from infrastructure.accounts.problems import Problems
from tests.api.contracts.tracking.accounts.connected import KEY, connect, path
from tests.api.contracts.tracking.office import done, refused


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
