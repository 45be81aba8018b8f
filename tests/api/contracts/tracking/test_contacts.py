"""Contacts of the native contract: add, read, change, remove, restore."""

import pytest

from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.office import CONTACT_KEYS, NOBODY, add, ago, done, read, refused

FULL = {
    "name": "Ann Ode",
    "email": "ann@example.org",
    "phone": "+49 30 1234",
    "company": "Ode & Sons",
    "title": "Head of odes",
    "tags": ["vip", "Berlin"],
}


class TestAdding:
    method, path, permission, body = "POST", "/api/contacts", "edit_contacts", FULL

    def test_answers_with_the_contact_and_its_place(self, client):
        response = client.post("/api/contacts", json=FULL)
        body = done(response, 201)
        assert list(body) == CONTACT_KEYS
        assert {key: body[key] for key in FULL} == FULL
        assert isinstance(body["number"], int)
        assert (body["ownerId"], body["lastContacted"]) == ("5", None)
        assert (body["relationshipStatus"], body["lifecycleStage"]) == ("prospect", "awareness")
        assert body["createdAt"] == body["updatedAt"]
        found = client.get(response.headers["location"])
        assert (found.json(), found.headers["etag"]) == (body, response.headers["etag"])

    def test_needs_a_name_and_nothing_else(self, client):
        body = add(client, name="X")
        assert [body[key] for key in ("email", "phone", "company", "title")] == [None] * 4
        assert body["tags"] == []
        refused(client.post("/api/contacts", json={"email": "a@b.c"}), 422, "missing", "/name")
        refused(client.post("/api/contacts", json={"name": " "}), 422, pointer="/name")

    def test_takes_what_was_read_of_another(self, client):
        copy = add(client, **add(client, **FULL))
        assert {key: copy[key] for key in FULL} == FULL

    @pytest.mark.parametrize("email", ["", " ", "ann", "ann@x..org", "Ann <ann@example.org>"])
    def test_an_email_that_cant_be_an_address_is_422(self, client, contact, email):
        for method, path in (
            ("POST", "/api/contacts"),
            ("PATCH", f"/api/contacts/{contact['id']}"),
        ):
            response = client.request(method, path, json={"name": "Ann", "email": email})
            refused(response, 422, "email_invalid", "/email")

    def test_an_email_is_shown_as_it_was_written(self, client):
        assert add(client, email=" Ann@Exämple.com ")["email"] == " Ann@Exämple.com "

    def test_suggests_the_key_that_was_meant(self, client):
        problem = refused(client.post("/api/contacts", json={"name": "A", "emial": "x"}), 422)
        assert problem["errors"][0]["code"] == "unknown_key"
        assert problem["errors"][0]["detail"].endswith("did you mean email?")


class TestReading:
    def test_finds_it_by_id_and_by_number(self, client, contact):
        by_number = client.get(f"/api/contacts/{contact['number']}")
        by_id = client.get(f"/api/contacts/{contact['id'].upper()}")
        assert by_number.json() == by_id.json() == contact

    @pytest.mark.parametrize("name", [NOBODY, "0", "-1", "1.5", "x", "1" * 40, "²", "%20", "null"])
    def test_an_unknown_contact_is_404(self, client, name):
        refused(client.get(f"/api/contacts/{name}"), 404, "contact_not_found")

    def test_another_tenants_number_is_404(self, contact, stranger):
        response = stranger.get(f"/api/contacts/{contact['number']}")
        refused(response, 404, "contact_not_found")


class TestChanging:
    def test_keeps_what_is_left_out_and_clears_what_is_null(self, client):
        contact = add(client, **FULL)
        path = f"/api/contacts/{contact['number']}"
        body = done(client.patch(path, json={"company": None, "tags": None, "title": "Poet"}))
        assert body == contact | {
            "company": None,
            "tags": [],
            "title": "Poet",
            "updatedAt": body["updatedAt"],
        }
        assert body["updatedAt"] > contact["updatedAt"]
        assert read(client, path) == body

    def test_takes_what_was_read_and_changes_nothing(self, client, service, tenant):
        contact = add(client, **FULL)
        response = client.patch(f"/api/contacts/{contact['id']}", json=contact)
        assert done(response) == contact
        assert service.count_events(tenant) == 1

    def test_says_when_it_was_last_contacted(self, client, contact):
        date = office.log(client, contact)["date"]
        body = done(client.patch(f"/api/contacts/{contact['id']}", json={"name": "B"}))
        assert body["lastContacted"] == date

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"name": None}, "/name"),
            ({"name": ""}, "/name"),
            ({"name": 1}, "/name"),
            ({"tags": "vip"}, "/tags"),
            ({"tags": [""]}, "/tags/0"),
            ({"tags": ["a", None]}, "/tags/1"),
            ({"email": ["x"]}, "/email"),
            ({"colour": "red"}, ""),
        ],
    )
    def test_refuses_what_is_invalid(self, client, contact, wrong, pointer):
        response = client.patch(f"/api/contacts/{contact['id']}", json=wrong)
        refused(response, 422, pointer=pointer)
        assert read(client, f"/api/contacts/{contact['id']}") == contact


class TestRemoving:
    def test_takes_it_out_of_everything_but_its_interactions(self, client, contact):
        interaction, meeting = office.log(client, contact), office.schedule(client, contact)
        response = client.delete(f"/api/contacts/{contact['id']}")
        assert (response.status_code, response.content) == (204, b"")
        for path in ("", "/interactions", "/status-history"):
            refused(client.get(f"/api/contacts/{contact['id']}{path}"), 404, "contact_not_found")
            refused(client.get(f"/api/contacts/{contact['number']}{path}"), 404)
        listed = read(client, "/api/contacts")
        assert (listed["items"], listed["totalCount"]) == ([], 0)
        assert read(client, f"/api/interactions/{interaction['id']}") == interaction
        assert read(client, f"/api/meetings/{meeting['id']}") == meeting
        counted = read(client, "/api/analytics/interactions", contactId=contact["id"])
        assert counted["totalInteractions"] == 1

    def test_a_removed_contact_takes_no_interaction_until_restored(self, client, contact):
        path = f"/api/contacts/{contact['id']}"
        meeting = office.schedule(client, contact)
        client.delete(path)
        call = {"contactId": contact["id"], "interactionType": "call", "date": ago(hours=1)}
        date = {"contactId": contact["number"], "scheduledDateTime": ago(hours=1)}
        refused(client.post("/api/interactions", json=call), 422, "contact_not_found", "/contactId")
        refused(client.post("/api/meetings", json=date), 422, "contact_not_found", "/contactId")
        completed = client.put(f"/api/meetings/{meeting['id']}/complete", json={})
        refused(completed, 409, "contact_removed")
        refused(client.patch(path, json={"name": "B"}), 404)
        refused(client.put(f"{path}/status", json={"relationshipStatus": "inactive"}), 404)
        refused(client.post(f"{path}/reactivate", json={"reason": "x"}), 404)
        refused(client.delete(path), 404)
        done(client.post(f"{path}/restore"))
        done(client.post("/api/interactions", json=call), 201)
        done(client.put(f"/api/meetings/{meeting['id']}/complete", json={}))


class TestRestoring:
    def test_brings_back_all_of_it(self, client, contact):
        path = f"/api/contacts/{contact['id']}"
        interaction = office.log(client, contact)
        client.delete(path)
        restored = done(client.post(f"/api/contacts/{contact['number']}/restore"))
        assert restored == contact | {
            "lastContacted": interaction["date"],
            "updatedAt": restored["updatedAt"],
        }
        assert read(client, path) == restored
        assert office.ids(read(client, f"{path}/interactions")) == [interaction["id"]]
        assert office.ids(read(client, "/api/contacts")) == [contact["id"]]

    def test_changes_nothing_of_a_present_contact(self, client, contact, service, tenant):
        assert done(client.post(f"/api/contacts/{contact['id']}/restore")) == contact
        assert service.count_events(tenant) == 1


class TestListing:
    @pytest.fixture
    def three(self, client):
        return [
            add(client, name="Ann", email="ann@one.org", company="50% Off_", tags=["a"]),
            add(client, name="BOB", email="Bob@two.org"),
            add(client, name="Cleo", company="Ännchen GmbH"),
        ]

    def test_newest_first_with_totals(self, client, three):
        listed = read(client, "/api/contacts")
        assert list(listed) == ["items", "page", "pageSize", "totalCount", "totalPages"]
        assert listed["items"] == three[::-1]
        assert [listed[key] for key in list(listed)[1:]] == [1, 20, 3, 1]

    @pytest.mark.parametrize(
        ("term", "found"),
        [
            ("ann", "Ann"),
            ("BOB@TWO", "BOB"),
            ("ÄNNCHEN", "Cleo"),
            (".org", "BOB Ann"),
            ("50% o", "Ann"),
            ("off_", "Ann"),
            ("%", "Ann"),
            ("_", "Ann"),
            ("\\", ""),
            ("nobody", ""),
            ("'; DROP TABLE contacts", ""),
        ],
    )
    def test_searches_name_email_and_company(self, client, three, term, found):
        listed = read(client, "/api/contacts", search=term)
        assert [item["name"] for item in listed["items"]] == found.split()
        assert listed["totalCount"] == len(found.split())

    def test_an_address_finds_every_spelling_of_it(self, client):
        spellings = ("eva@exämple.com", "eva@xn--exmple-cua.com", " EVA@EXÄMPLE.com ")
        for email in spellings:
            add(client, name=email, email=email)
        for term in spellings:
            assert read(client, "/api/contacts", search=term)["totalCount"] == 3

    def test_filters_by_status_stage_and_owner(self, client, three, service, tenant):
        client.put(
            f"/api/contacts/{three[0]['id']}/status", json={"relationshipStatus": "qualified_lead"}
        )
        others = add(service.client(tenant=tenant, user="6"), name="Dan")

        def names(**query):
            return [item["name"] for item in read(client, "/api/contacts", **query)["items"]]

        assert names(relationshipStatus="qualified_lead") == ["Ann"]
        assert names(lifecycleStage="interest") == ["Ann"]
        assert names(relationshipStatus="lost_lead") == []
        assert names(ownerId="6") == [others["name"]]
        assert names(ownerId="5", search="@", relationshipStatus="prospect") == ["BOB"]

    def test_leaves_out_other_tenants(self, three, stranger):
        assert read(stranger, "/api/contacts")["totalCount"] == 0
        assert read(stranger, "/api/contacts", search="ann")["items"] == []
