"""GET /api/clients/:id/interactions[/:id]"""

from datetime import datetime
from typing import Any

import pytest

from tests.api.contracts.clients.encounters import TAGGED, TRUSTED, Office, error

SECRETS: dict[str, Any] = {
    "serviceId": None,
    "description": None,
    "duration": None,
    "customQuestions": [],
}


@pytest.mark.parametrize("path", ["interactions", "interactions/1", "logs"])
def test_naming_a_tag_needs_its_permission(anywhere: Office, path: str):
    url = f"/api/clients/{anywhere.number}/{path}"
    assert "tag:<name>" in error(anywhere.worker.get(url, params=TAGGED), 403)


class TestOne:
    def test_an_interaction_is_found_by_number_and_by_uuid(self, office: Office):
        created = office.meet()
        native = office.service.client(tenant=office.tenant)
        known = native.get(f"/api/interactions/{created['id']}").json()
        for client in (office.number, known["contactId"]):
            for interaction in (created["id"], known["id"]):
                path = f"/api/clients/{client}/interactions/{interaction}"
                assert office.worker.get(path).json() == created

    def test_another_clients_interaction_is_a_mismatch(self, office: Office):
        created = office.meet()
        other = office.add_client()
        path = f"/api/clients/{other['number']}/interactions/{created['id']}"
        for method in ("GET", "DELETE"):
            error(office.worker.request(method, path), 400)
        error(office.worker.patch(path, json={}), 400)
        assert office.worker.get(office.path(created)).status_code == 200

    @pytest.mark.parametrize("reference", ["999999999", "0", "x", "-1", "1.0", "9" * 30])
    def test_a_client_who_isnt_there_is_404(self, office: Office, reference: str):
        elsewhere = f"/api/clients/{reference}/interactions/1"
        assert error(office.worker.get(elsewhere), 404) == "Client not found"

    def test_an_interaction_outlives_the_removal_of_its_client(self, office: Office):
        created = office.meet()
        office.service.client(tenant=office.tenant).delete(f"/api/contacts/{office.number}")
        assert office.worker.get(office.path(created)).json() == created
        error(office.worker.get(office.list), 404)

    def test_an_interaction_is_redacted_without_its_tag(self, office: Office):
        created = office.meet(tags="immigration")
        assert created["redacted"] is False
        for caller in (office.worker, office.trusted):
            assert caller.get(office.path(created)).json() == created | SECRETS | {"redacted": True}
        assert office.trusted.get(office.path(created), params=TAGGED).json() == created

    def test_each_of_its_tags_has_to_be_opened(self, office: Office):
        both = office.caller((*TRUSTED, "tag:tax"))
        created = office.meet(tags="immigration")
        both.patch(office.path(created), json={}, params={"tags": "immigration,tax"})
        for tags, hidden in (
            ("immigration", True),
            ("tax", True),
            ("tax, immigration", False),
            (["tax", "immigration"], False),
        ):
            answer = both.get(office.path(created), params={"tags": tags}).json()
            assert answer["redacted"] is hidden


class TestOfOtherContracts:
    def log(self, office: Office, **body: Any) -> dict[str, Any]:
        native = office.service.client(tenant=office.tenant)
        contact = native.get(f"/api/contacts/{office.number}").json()
        known = {"contactId": contact["id"], "date": "2024-01-10T14:30:00Z"} | body
        response = native.post("/api/interactions", json=known)
        assert response.status_code == 201, response.text
        logged: dict[str, Any] = response.json()
        return logged

    def test_a_native_interaction_is_shown_in_the_nearest_words(self, office: Office):
        logged = self.log(
            office, interactionType="coffee", notes="Talked", duration=95, location="Café Bleu"
        )
        answer = office.worker.get(f"{office.list}/{logged['number']}").json()
        assert answer["interactionType"] == "inPerson"
        assert answer["description"] == "Talked"
        assert answer["duration"] == "1:35:00"
        assert answer["dateOfInteraction"] == "2024-01-10"
        assert (answer["location"], answer["serviceId"]) == (None, None)
        assert answer["customQuestions"] == []

    def test_a_native_interaction_sent_back_keeps_foreign_fields(self, office: Office):
        logged = self.log(
            office, interactionType="coffee", notes="Talked", duration=95, location="Café Bleu",
            topicsDiscussed=["tea"], sentiment="positive", participants=["Bo"], tags=["vip"],
        )  # fmt: skip
        path = f"{office.list}/{logged['number']}"
        answer = office.worker.get(path).json()
        assert office.worker.patch(path, json=answer).json() == answer
        native = office.service.client(tenant=office.tenant)
        assert native.get(f"/api/interactions/{logged['id']}").json() == logged

    def test_a_native_interaction_changed_here_keeps_the_rest(self, office: Office):
        logged = self.log(
            office, interactionType="lunch", notes="Talked", duration=95, location="Café Bleu",
            topicsDiscussed=["tea"], sentiment="positive", participants=["Bo"], tags=["vip"],
        )  # fmt: skip
        path = f"{office.list}/{logged['number']}"
        change = {"serviceId": 7, "description": "About the application"}
        answer = office.worker.patch(path, json=change).json()
        assert {name: answer[name] for name in change} == change
        now = office.service.client(tenant=office.tenant).get(f"/api/interactions/{logged['id']}")
        same = {name: now.json()[name] for name in logged if name != "updatedAt"}
        assert same == {name: value for name, value in logged.items() if name != "updatedAt"}

    def test_a_native_change_shows_in_last_updated_by(self, office: Office):
        created = office.meet()
        native = office.service.client(tenant=office.tenant, user="9", name="Nina Native")
        native.put(f"/api/interactions/{created['id']}", json={"sentiment": "positive"})
        answer = office.worker.get(office.path(created)).json()
        assert answer["createdBy"] == created["createdBy"]
        assert answer["lastUpdatedBy"]["userId"] == 9
        assert answer["lastUpdatedBy"]["fullName"] == "Nina Native"


class TestTheList:
    def test_the_list_is_newest_first_by_date_of_the_encounter(self, office: Office):
        days = ["2020-03-01", "2021-05-05", "2019-05-06"]
        created = [office.meet(dateOfInteraction=day) for day in days]
        answer = office.worker.get(office.list).json()
        assert list(answer) == ["interactions"]
        assert answer["interactions"] == [created[1], created[0], created[2]]

    def test_a_page_that_cant_be_is_400(self, office: Office):
        for query in ("limit=0", "limit=201", "limit=x", "cursor=x"):
            error(office.worker.get(f"{office.list}?{query}"), 400)
            error(office.worker.get(f"/api/clients/{office.number}/logs?{query}"), 400)

    def test_tags_open_what_is_listed(self, office: Office):
        tagged, plain = office.meet(tags="immigration"), office.meet(
            dateOfInteraction="2019-05-05"
        )  # fmt: skip
        shown = office.worker.get(office.list).json()["interactions"]
        assert shown == [tagged | SECRETS | {"redacted": True}, plain]
        opened = office.trusted.get(office.list, params=TAGGED).json()["interactions"]
        assert opened == [tagged, plain]


class TestTheLog:
    def logs(self, office: Office, query: str = "") -> list[dict[str, Any]]:
        response = office.worker.get(f"/api/clients/{office.number}/logs{query}")
        assert response.status_code == 200, response.text
        assert list(response.json()) == ["logs"]
        logs: list[dict[str, Any]] = response.json()["logs"]
        return logs

    def test_the_log_names_actor_event_and_time_newest_first(self, office: Office):
        created = office.meet(tags="immigration")
        office.worker.patch(office.path(created), json={"location": None})
        office.trusted.delete(office.path(created))
        logs = self.logs(office)
        assert [(entry["event"], entry["createdBy"]["fullName"]) for entry in logs] == [
            ("clientInteractionDeleted", "Joel Denning"),
            ("clientInteractionUpdated", "Wanda Worker"),
            ("clientInteractionCreated", "Joel Denning"),
        ]
        assert {entry["interactionId"] for entry in logs} == {created["id"]}
        assert logs[2]["createdBy"] == created["createdBy"]
        times = [datetime.fromisoformat(entry["createdBy"]["timestamp"]) for entry in logs]
        assert times == sorted(times, reverse=True)
        assert all(list(entry) == ["id", "event", "interactionId", "createdBy"] for entry in logs)

    def test_a_change_of_nothing_is_not_told(self, office: Office):
        created = office.meet()
        office.worker.patch(office.path(created), json={})
        assert len(self.logs(office)) == 1

    def test_the_log_holds_entries_of_its_client_alone(self, office: Office):
        office.meet()
        other = office.add_client()
        assert office.worker.get(f"/api/clients/{other['number']}/logs").json() == {"logs": []}

    def test_pages_follow_each_other_by_links(self, anywhere: Office):
        for _ in range(5):
            anywhere.meet()
        seen, url = [], f"/api/clients/{anywhere.number}/logs?limit=2"
        while url:
            page = anywhere.worker.get(url)
            assert page.status_code == 200, page.text
            seen += page.json()["logs"]
            url = page.links.get("next", {}).get("url", "").removeprefix(anywhere.base)
        assert seen == self.logs(anywhere)
        assert len(seen) == 5


def test_another_method_is_405_and_says_which_there_are(anywhere: Office):
    created = anywhere.meet()
    for path, allowed in (
        (anywhere.list, "GET, HEAD, POST"),
        (anywhere.path(created), "DELETE, GET, HEAD, PATCH"),
    ):
        response = anywhere.worker.put(path, json={})
        error(response, 405)
        assert response.headers["allow"] == allowed
