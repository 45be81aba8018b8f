"""A contact and its status history as they were at an instant."""

from datetime import UTC, datetime

import pytest

from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.office import add, ago, done, log, read, refused
from tests.api.contracts.tracking.test_status import history, move
from tests.api.running import Service

BOTH = ("", "/status-history")


def now() -> str:
    return datetime.now(UTC).isoformat()


def path(contact) -> str:
    return f"/api/contacts/{contact['id']}"


def then(client, contact, instant):
    return read(client, path(contact), asOf=instant)


class TestAccess:
    @pytest.mark.parametrize("part", BOTH)
    def test_the_past_needs_audit(self, service: Service, tenant, contact, part):
        client = service.client(tenant=tenant, permissions=["view_contacts", "edit_contacts"])
        done(client.get(path(contact) + part))
        refused(
            client.get(path(contact) + part, params={"asOf": now()}), 403, "permission_required"
        )

    @pytest.mark.parametrize("part", BOTH)
    def test_anothers_past_is_404(self, stranger, contact, part):
        for name in (contact["id"], contact["number"]):
            response = stranger.get(f"/api/contacts/{name}{part}", params={"asOf": now()})
            refused(response, 404, "contact_not_found")

    @pytest.mark.parametrize("part", BOTH)
    @pytest.mark.parametrize("instant", ["x", "", "2024-01-01T00:00:00", "\0", "1" * 30])
    def test_as_of_without_an_instant_is_422(self, client, contact, part, instant):
        response = client.get(path(contact) + part, params={"asOf": instant})
        refused(response, 422, pointer="/asOf")


class TestAContact:
    def test_a_contact_is_404_before_it_was_added(self, client):
        before = now()
        contact = add(client)
        for part in BOTH:
            for instant in (before, "2020-01-01", "0001-01-01T00:00:00Z"):
                response = client.get(path(contact) + part, params={"asOf": instant})
                refused(response, 404, "contact_not_found")

    def test_a_contact_is_changed_at_the_very_instant_of_a_change(self, client, contact):
        changed = done(client.patch(path(contact), json={"name": "B"}))
        assert then(client, contact, changed["updatedAt"]) == changed
        assert then(client, contact, contact["createdAt"]) == contact

    def test_a_contact_between_changes_is_as_it_was(self, client, contact):
        seen = [(now(), contact)]
        for change in ({"name": "B"}, {"company": "C", "tags": ["x"]}, {"company": None}):
            done(client.patch(path(contact), json=change))
            seen.append((now(), read(client, path(contact))))
        move(client, contact, relationshipStatus="inactive")
        for instant, was in seen:
            assert then(client, contact, instant) == was
            assert read(client, f"/api/contacts/{contact['number']}", asOf=instant) == was

    def test_a_contact_is_404_while_it_was_removed(self, client, contact):
        before = now()
        client.delete(path(contact))
        during = now()
        assert then(client, contact, before) == contact
        refused(client.get(path(contact), params={"asOf": during}), 404)
        done(client.post(f"{path(contact)}/restore"))
        refused(client.get(path(contact), params={"asOf": during}), 404)
        refused(client.get(f"{path(contact)}/status-history", params={"asOf": during}), 404)
        assert then(client, contact, now())["name"] == contact["name"]

    def test_a_contact_in_the_future_is_as_it_is_now(self, client, contact):
        for instant in (office.ahead(days=9), "9999-12-31", "9999-12-31T23:59:59.999999Z"):
            assert then(client, contact, instant) == contact

    def test_a_past_state_has_no_etag(self, client, contact):
        assert "etag" in client.get(path(contact)).headers
        assert "etag" not in client.get(path(contact), params={"asOf": now()}).headers


class TestLastContacted:
    def test_is_what_the_ledger_knew_then(self, client, contact):
        seen = [(now(), None)]

        def note():
            seen.append((now(), read(client, path(contact))["lastContacted"]))

        newer = log(client, contact, date=ago(hours=1))
        note()
        older = log(client, contact, date=ago(days=3))
        note()
        done(client.put(f"/api/interactions/{newer['id']}", json={"date": ago(days=9)}))
        note()
        client.delete(f"/api/interactions/{older['id']}")
        note()
        client.delete(f"/api/interactions/{newer['id']}")
        note()
        meeting = office.schedule(client, contact, scheduledDateTime=ago(days=2))
        done(client.put(f"/api/meetings/{meeting['id']}/complete"))
        note()
        assert len({last for _, last in seen}) == 5
        for instant, last in seen:
            assert then(client, contact, instant)["lastContacted"] == last

    def test_a_participant_knew_it_too(self, client, contact):
        other = add(client)
        one = log(client, contact, participants=[{"contactId": other["id"]}])
        with_her = now()
        done(client.put(f"/api/interactions/{one['id']}", json={"participants": ["Somebody"]}))
        assert read(client, path(other))["lastContacted"] is None
        assert then(client, other, with_her)["lastContacted"] == one["date"]
        assert then(client, other, now())["lastContacted"] is None


class TestHistory:
    def test_grows_and_never_changes(self, client, contact):
        seen: list[tuple[str, list[object]]] = [(now(), [])]
        for status in ("qualified_lead", "inactive"):
            move(client, contact, relationshipStatus=status, reason=status)
            seen.append((now(), history(client, contact)))
        done(client.post(f"{path(contact)}/reactivate", json={"reason": "x"}))
        seen.append((now(), history(client, contact)))
        assert [len(items) for _, items in seen] == [0, 1, 2, 3]
        for instant, items in seen:
            assert history(client, contact, asOf=instant) == items

    def test_shows_those_moves_that_fell_into_one_instant(self, client, contact):
        move(client, contact, relationshipStatus="qualified_lead")
        moved = move(client, contact, relationshipStatus="opportunity")
        (newest, _) = history(client, contact, asOf=moved["updatedAt"])
        assert newest["newStatus"] == "opportunity"
