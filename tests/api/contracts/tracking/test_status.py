"""The status of a relationship: the rules, the history that stays, and the way back."""

from itertools import pairwise
from uuid import UUID

import pytest

from projections.paging import scope, sealed
from tests.api.contracts.tracking.office import NOBODY, add, done, read, refused

WAY = ["prospect", "qualified_lead", "opportunity", "active_client", "past_client"]
ENDS = ["lost_lead", "inactive"]
STAGES = {
    "prospect": "awareness",
    "qualified_lead": "interest",
    "opportunity": "consideration",
    "active_client": "customer",
}
ALLOWED = {*pairwise(WAY), *((old, end) for old in WAY + ENDS for end in ENDS)}
HISTORY_KEYS = (
    "oldStatus newStatus oldLifecycleStage newLifecycleStage reason notes changedBy timestamp"
).split()


def standing(client, status):
    """A new contact that was brought to this status."""
    contact = add(client)
    way = WAY[1 : WAY.index(status) + 1] if status in WAY else [status]
    for step in way:
        contact = move(client, contact, relationshipStatus=step)
    return contact


def move(client, contact, **body):
    return done(client.put(f"/api/contacts/{contact['id']}/status", json=body))


def history(client, contact, **query):
    return read(client, f"/api/contacts/{contact['id']}/status-history", **query)["items"]


class TestMoving:
    @pytest.mark.parametrize("old", WAY + ENDS)
    def test_from_each_status_to_those_allowed_and_no_others(self, client, service, tenant, old):
        for new in WAY + ENDS:
            contact = standing(client, old)
            path = f"/api/contacts/{contact['id']}/status"
            events = service.count_events(tenant)
            response = client.put(path, json={"relationshipStatus": new})
            if new == old:
                assert done(response) == contact
                assert service.count_events(tenant) == events
            elif (old, new) in ALLOWED:
                body = done(response)
                assert body["relationshipStatus"] == new
                assert body["lifecycleStage"] == STAGES.get(new, contact["lifecycleStage"])
                assert service.count_events(tenant) == events + 1
            else:
                problem = refused(response, 409, "invalid_status_transition")
                sentence = f"Invalid status transition: cannot move from {old} to {new}"
                assert problem["detail"] == sentence
                assert service.count_events(tenant) == events

    def test_a_stage_that_is_given_wins(self, client, contact):
        body = move(client, contact, relationshipStatus="qualified_lead", lifecycleStage="decision")
        assert (body["relationshipStatus"], body["lifecycleStage"]) == (
            "qualified_lead",
            "decision",
        )
        body = move(client, contact, lifecycleStage="retention")
        assert (body["relationshipStatus"], body["lifecycleStage"]) == (
            "qualified_lead",
            "retention",
        )
        assert [item["newLifecycleStage"] for item in history(client, contact)] == [
            "retention",
            "decision",
        ]

    def test_a_move_to_the_present_status_appends_nothing(self, client, contact, service, tenant):
        for body in ({}, {"relationshipStatus": "prospect", "lifecycleStage": "awareness"}):
            assert move(client, contact, **body) == contact
        assert service.count_events(tenant) == 1

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"relationshipStatus": "client"}, "/relationshipStatus"),
            ({"relationshipStatus": "Prospect"}, "/relationshipStatus"),
            ({"relationshipStatus": 1}, "/relationshipStatus"),
            ({"lifecycleStage": "purchase"}, "/lifecycleStage"),
            ({"reason": ["x"]}, "/reason"),
            ({"status": "inactive"}, ""),
        ],
    )
    def test_refuses_what_is_invalid(self, client, contact, wrong, pointer):
        path = f"/api/contacts/{contact['id']}/status"
        body = {"relationshipStatus": "inactive"} | wrong
        refused(client.put(path, json=body), 422, pointer=pointer)
        assert history(client, contact) == []


class TestReactivating:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("inactive", "prospect"),
            ("lost_lead", "prospect"),
            ("past_client", "active_client"),
        ],
    )
    def test_takes_up_what_had_ended(self, client, old, new):
        contact = standing(client, old)
        path = f"/api/contacts/{contact['number']}/reactivate"
        body = done(client.post(path, json={"reason": "Called us", "notes": "Glad"}))
        assert (body["relationshipStatus"], body["lifecycleStage"]) == (new, STAGES[new])
        newest = history(client, contact)[0]
        assert (newest["oldStatus"], newest["newStatus"]) == (old, new)
        assert (newest["reason"], newest["notes"]) == ("Called us", "Glad")

    @pytest.mark.parametrize("status", ["qualified_lead", "opportunity"])
    def test_reactivating_a_contact_that_is_not_inactive_is_409(self, client, status):
        contact = standing(client, status)
        path = f"/api/contacts/{contact['id']}/reactivate"
        refused(client.post(path, json={"reason": "x"}), 409, "not_inactive")

    @pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": " "}, {"reason": None}])
    def test_needs_a_reason(self, client, body):
        contact = standing(client, "inactive")
        path = f"/api/contacts/{contact['id']}/reactivate"
        refused(client.post(path, json=body), 422, pointer="/reason")
        assert read(client, f"/api/contacts/{contact['id']}") == contact


class TestHistory:
    def test_newest_first_with_who_and_why(self, client, contact, service, tenant):
        kim = service.client(tenant=tenant, user="6", name="Kim Lee")
        move(client, contact, relationshipStatus="qualified_lead", reason="Called", notes="Nice")
        moved = move(kim, contact, relationshipStatus="lost_lead")
        newest, oldest = history(client, contact)
        assert list(newest) == list(oldest) == HISTORY_KEYS
        assert oldest == {
            "oldStatus": "prospect",
            "newStatus": "qualified_lead",
            "oldLifecycleStage": "awareness",
            "newLifecycleStage": "interest",
            "reason": "Called",
            "notes": "Nice",
            "changedBy": oldest["changedBy"],
            "timestamp": oldest["timestamp"],
        }
        assert (newest["changedBy"]["id"], newest["changedBy"]["name"]) == ("6", "Kim Lee")
        assert newest["timestamp"] == moved["updatedAt"] > oldest["timestamp"]
        assert (newest["reason"], newest["notes"]) == (None, None)

    def test_survives_that_the_contact_was_removed_for_a_time(self, client, contact):
        move(client, contact, relationshipStatus="inactive")
        before = history(client, contact)
        client.delete(f"/api/contacts/{contact['id']}")
        refused(client.get(f"/api/contacts/{contact['id']}/status-history"), 404)
        client.post(f"/api/contacts/{contact['id']}/restore")
        assert history(client, contact) == before

    def test_of_nobody_is_404(self, client):
        for name in (NOBODY, "x", 2**62):
            refused(client.get(f"/api/contacts/{name}/status-history"), 404)


class TestPagesOfTheHistory:
    MOVES = 7

    @pytest.fixture
    def moved(self, client):
        """A contact with an entry for each move."""
        contact = add(client)
        for number in range(self.MOVES):
            if number % 2:
                body = {"reason": f"again {number}"}
                contact = done(client.post(f"/api/contacts/{contact['id']}/reactivate", json=body))
            else:
                contact = move(client, contact, relationshipStatus="inactive", reason=str(number))
        return contact

    @pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, 500])
    def test_cursors_lead_through_all_of_it(self, client, moved, limit):
        path = f"/api/contacts/{moved['id']}/status-history"
        whole = history(client, moved)
        assert len(whole) == self.MOVES
        page = read(client, path, limit=limit)
        found = page["items"]
        while page["next"] is not None:
            page = read(client, path, limit=limit, cursor=page["next"])
            assert 0 < len(page["items"]) <= limit
            found += page["items"]
        assert found == whole

    def test_a_link_leads_to_the_next_page(self, client, moved):
        response = client.get(f"/api/contacts/{moved['id']}/status-history", params={"limit": 5})
        rest = done(client.get(response.links["next"]["url"]))
        assert done(response)["items"] + rest["items"] == history(client, moved)
        assert rest["next"] is None

    def test_a_page_as_of_an_instant_ends_where_the_history_did(self, client, moved):
        path = f"/api/contacts/{moved['id']}/status-history"
        then, whole = moved["updatedAt"], history(client, moved)
        body = {"reason": "after that"}
        done(client.post(f"/api/contacts/{moved['id']}/reactivate", json=body))
        first = read(client, path, asOf=then, limit=4)
        rest = read(client, path, asOf=then, limit=4, cursor=first["next"])
        assert first["items"] + rest["items"] == whole
        assert rest["next"] is None
        refused(client.get(path, params={"cursor": first["next"]}), 422, "cursor_invalid")

    @pytest.mark.parametrize("limit", ["0", "501", "-1", "x", ""])
    def test_a_limit_is_1_to_500(self, client, contact, limit):
        path = f"/api/contacts/{contact['id']}/status-history"
        refused(client.get(path, params={"limit": limit}), 422, pointer="/limit")

    def test_a_cursor_of_another_list_is_refused(self, client, moved):
        path = f"/api/contacts/{moved['id']}/status-history"
        cursor = read(client, path, limit=1)["next"]
        other = add(client)
        for name in (other["id"], other["number"]):
            response = client.get(f"/api/contacts/{name}/status-history", params={"cursor": cursor})
            refused(response, 422, "cursor_invalid", "/cursor")

    @pytest.mark.parametrize("version", ["2", 2.5, None, True, [2], {"2": 2}, ""])
    def test_a_forged_cursor_is_refused(self, client, tenant, moved, version):
        bound_to = scope(tenant, "status-history", UUID(moved["id"]), None)
        path = f"/api/contacts/{moved['id']}/status-history"
        response = client.get(path, params={"cursor": sealed(version, bound_to)})
        refused(response, 422, "cursor_invalid", "/cursor")

    @pytest.mark.parametrize("version", [-1, 0, 1, 2**63, -(2**63) - 1, 10**400])
    def test_a_forged_version_finds_no_more_than_there_is(self, client, tenant, moved, version):
        bound_to = scope(tenant, "status-history", UUID(moved["id"]), None)
        path = f"/api/contacts/{moved['id']}/status-history"
        response = client.get(path, params={"cursor": sealed(version, bound_to)[:500]})
        assert response.status_code in (200, 422)
