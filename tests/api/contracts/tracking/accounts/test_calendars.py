"""The calendars of an account: those that are read, and the one that is written."""

import pytest

from tests.api.contracts.tracking.accounts.connected import NOBODY, calendars, connect, path
from tests.api.contracts.tracking.office import done, refused


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
