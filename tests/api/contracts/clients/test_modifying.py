"""PATCH and DELETE /api/clients/:id/interactions/:id"""

from typing import Any

import pytest

from tests.api.contracts.clients.encounters import ENCOUNTER, TAGGED, TRUSTED, Office, error

DIFFERENT: dict[str, Any] = {
    "serviceId": 7,
    "interactionType": "consultation",
    "description": "Something else",
    "dateOfInteraction": "2020-02-29",
    "duration": "0:30:00",
    "location": "communityEvent",
    "customQuestions": [{"questionId": 123, "answer": 7}],
}


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_naming_a_tag_needs_its_permission(anywhere: Office, method: str):
    url = anywhere.path(anywhere.meet())
    body: dict[str, Any] = {"content": b"{"} if method == "PATCH" else {}
    response = anywhere.worker.request(method, url, params=TAGGED, **body)
    assert "tag:<name>" in error(response, 403)


class TestModifying:
    @pytest.mark.parametrize("name", DIFFERENT)
    def test_omitted_fields_keep_their_values(self, office: Office, name: str):
        created = office.meet()
        change = {name: DIFFERENT[name]}
        answer = office.worker.patch(office.path(created), json=change).json()
        changed = answer | {"lastUpdatedBy": created["lastUpdatedBy"]}
        assert changed == created | change
        assert answer["lastUpdatedBy"]["fullName"] == "Wanda Worker"
        assert office.worker.get(office.path(created)).json() == answer

    @pytest.mark.parametrize("name", ["description", "duration", "location", "customQuestions"])
    def test_null_clears_what_may_be_null(self, office: Office, name: str):
        created = office.meet()
        answer = office.worker.patch(office.path(created), json={name: None}).json()
        assert answer[name] == ([] if name == "customQuestions" else None)

    @pytest.mark.parametrize("name", ["serviceId", "interactionType", "dateOfInteraction"])
    def test_required_fields_cant_be_cleared(self, office: Office, name: str):
        created = office.meet()
        response = office.worker.patch(office.path(created), json={name: None})
        assert error(response, 400).startswith(f"{name}: ")

    def test_a_patch_without_a_change_appends_nothing(self, office: Office):
        created = office.meet()
        before = office.service.count_events(office.tenant)
        for body in ({}, created, ENCOUNTER, {"unknown": 1}):
            assert office.worker.patch(office.path(created), json=body).json() == created
        assert office.service.count_events(office.tenant) == before

    @pytest.mark.parametrize(
        ("value", "status"), [(False, 200), (True, 400), (None, 400), (0, 400), ("false", 400)]
    )
    def test_isdeleted_cant_be_modified(self, office: Office, value: Any, status: int):
        created = office.meet()
        body = {"isDeleted": value, "location": None}
        response = office.worker.patch(office.path(created), json=body)
        assert response.status_code == status
        shown = office.worker.get(office.path(created)).json()
        assert (shown["location"] is None) is (status == 200)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("serviceId", 99),
            ("serviceId", "7"),
            ("interactionType", "walk"),
            ("description", 5),
            ("dateOfInteraction", "2999-01-01"),
            ("dateOfInteraction", "2019-05-06T00:00:00Z"),
            ("duration", "100:00:00"),
            ("duration", "0:00:00"),
            ("duration", "1:99:00"),
            ("location", "Office"),
            ("customQuestions", [{"questionId": 123, "answer": "6"}]),
            ("customQuestions", [{"questionId": 123, "answer": True}]),
            ("customQuestions", [{"questionId": 103, "answer": "of service 7"}]),
        ],
        ids=str,
    )
    def test_an_invalid_field_is_400_and_changes_nothing(
        self, office: Office, name: str, value: Any
    ):
        created = office.meet()
        body = {"description": "New", name: value}
        assert error(office.worker.patch(office.path(created), json=body), 400).startswith(name)
        assert office.worker.get(office.path(created)).json() == created

    def test_true_is_not_one_though_it_may_look_like_it(self, office: Office):
        created = office.meet(customQuestions=[{"questionId": 123, "answer": 1}])
        body = {"customQuestions": [{"questionId": 123, "answer": True}]}
        error(office.worker.patch(office.path(created), json=body), 400)

    def test_another_service_has_to_ask_what_is_answered(self, office: Office):
        """Omitted answers stay, and have to be answers to the new service's questions too."""
        created = office.meet(customQuestions=[{"questionId": 109, "answer": "Car"}])
        path = office.path(created)
        error(office.worker.patch(path, json={"serviceId": 7}), 400)
        body = {"serviceId": 7, "customQuestions": []}
        assert office.worker.patch(path, json=body).json()["serviceId"] == 7


class TestModifyingRestricted:
    def test_tags_of_the_query_restrict_the_interaction(self, office: Office):
        created = office.meet()
        answer = office.trusted.patch(office.path(created), json={}, params=TAGGED).json()
        assert answer["redacted"] is False
        assert answer["description"] == created["description"]
        assert office.worker.get(office.path(created)).json()["redacted"] is True

    def test_a_caller_who_opened_the_tags_changes_hidden_fields(self, office: Office):
        created = office.meet(tags="immigration")
        path = office.path(created)
        answer = office.trusted.patch(path, json=DIFFERENT, params=TAGGED).json()
        assert {name: answer[name] for name in DIFFERENT} == DIFFERENT
        assert answer["redacted"] is False

    def test_a_redacted_read_sent_back_destroys_nothing(self, office: Office):
        created = office.meet(tags="immigration")
        path = office.path(created)
        seen = office.worker.get(path).json()
        moved = {"dateOfInteraction": "2020-02-29", "location": "consulate"}
        answer = office.worker.patch(path, json=seen | moved).json()
        assert answer == seen | moved | {"lastUpdatedBy": answer["lastUpdatedBy"]}
        opened = office.trusted.get(path, params=TAGGED).json()
        assert opened == created | moved | {"lastUpdatedBy": answer["lastUpdatedBy"]}

    @pytest.mark.parametrize("name", ["serviceId", "description", "duration", "customQuestions"])
    @pytest.mark.parametrize("value", ["other", "same"])
    def test_a_hidden_field_cant_be_set_even_to_its_own_value(
        self, office: Office, name: str, value: str
    ):
        created = office.meet(tags="immigration")
        known = DIFFERENT if value == "other" else ENCOUNTER
        response = office.worker.patch(office.path(created), json={name: known[name]})
        assert "restricted" in error(response, 403)
        assert office.trusted.get(office.path(created), params=TAGGED).json() == created

    def test_a_trusted_caller_sets_named_hidden_fields_and_keeps_the_rest(self, office: Office):
        """The documented request names no tag. What it doesn't name it can't destroy."""
        created = office.meet(tags="immigration")
        path = office.path(created)
        answer = office.trusted.patch(path, json={"description": "New", "duration": None}).json()
        assert (answer["redacted"], answer["description"]) == (True, None)
        opened = office.trusted.get(path, params=TAGGED).json()
        changed = {"description": "New", "lastUpdatedBy": opened["lastUpdatedBy"]}
        assert opened == created | changed

    def test_null_leaves_hidden_fields(self, office: Office):
        created = office.meet(tags="immigration")
        nothing = {"serviceId": None, "description": None, "duration": None}
        answer = office.worker.patch(office.path(created), json=nothing | {"customQuestions": None})
        assert answer.status_code == 200
        assert office.trusted.get(office.path(created), params=TAGGED).json() == created

    def test_a_further_tag_is_added_and_opens_nothing(self, office: Office):
        created = office.meet(tags="immigration")
        tax = office.caller(("view_contacts", "edit_contacts", "tag:tax"))
        answer = tax.patch(office.path(created), json={}, params={"tags": "tax"}).json()
        assert answer["redacted"] is True
        still = office.trusted.get(office.path(created), params=TAGGED).json()
        assert still["redacted"] is True
        both = office.caller((*TRUSTED, "tag:tax"))
        opened = both.get(office.path(created), params={"tags": "tax,immigration"}).json()
        assert opened["description"] == created["description"]


class TestDeleting:
    def test_a_deleted_interaction_is_404_and_its_events_stay(self, office: Office):
        created = office.meet()
        response = office.worker.delete(office.path(created))
        assert (response.status_code, response.content) == (204, b"")
        error(office.worker.get(office.path(created)), 404)
        error(office.worker.patch(office.path(created), json={}), 404)
        assert office.worker.get(office.list).json() == {"interactions": []}
        _, event, version = office.service.events(office.tenant)[-1]
        assert event == "kith.interaction.deleted.v1"
        assert version == 2

    def test_deleting_twice_is_400_by_number_and_by_uuid(self, office: Office):
        created = office.meet()
        native = office.service.client(tenant=office.tenant)
        uuid = native.get(f"/api/interactions/{created['id']}").json()["id"]
        office.worker.delete(office.path(created))
        for reference in (created["id"], uuid):
            sentence = error(office.worker.delete(f"{office.list}/{reference}"), 400)
            assert "already deleted" in sentence

    def test_another_clients_deleted_one_is_not_there(self, office: Office):
        created = office.meet()
        office.worker.delete(office.path(created))
        other = office.add_client()
        path = f"/api/clients/{other['number']}/interactions/{created['id']}"
        error(office.worker.delete(path), 404)

    def test_a_redacted_interaction_can_be_deleted(self, office: Office):
        created = office.meet(tags="immigration")
        assert office.worker.delete(office.path(created)).status_code == 204
