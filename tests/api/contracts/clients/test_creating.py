"""POST /api/clients/:id/interactions"""

from typing import Any

import pytest

from tests.api.contracts.clients.encounters import (
    ENCOUNTER,
    TAGGED,
    TRUSTED,
    Office,
    error,
)


class TestPermissions:
    def test_a_tag_needs_its_permission_before_anything_is_read(self, anywhere: Office):
        response = anywhere.worker.post(anywhere.list, content=b"{nonsense", params=TAGGED)
        assert error(response, 403) == "Insufficient permissions: tag:<name> required"

    def test_each_of_several_tags_needs_its_own(self, office: Office):
        response = office.trusted.post(
            office.list, json=ENCOUNTER, params={"tags": "immigration,tax"}
        )
        assert "tag:<name>" in error(response, 403)


class TestRequests:
    def test_the_required_fields_alone_suffice(self, office: Office):
        required = {
            name: ENCOUNTER[name] for name in ("serviceId", "interactionType", "dateOfInteraction")
        }
        answer = office.worker.post(office.list, json=required).json()
        empty: dict[str, Any] = {
            "description": None,
            "duration": None,
            "location": None,
            "customQuestions": [],
        }
        assert {name: answer[name] for name in empty} == empty

    @pytest.mark.parametrize("name", ["serviceId", "interactionType", "dateOfInteraction"])
    @pytest.mark.parametrize("how", ["missing", "null"])
    def test_a_missing_or_null_required_field_is_400(self, office: Office, name: str, how: str):
        body = {key: value for key, value in ENCOUNTER.items() if key != name}
        body |= {} if how == "missing" else {name: None}
        assert error(office.worker.post(office.list, json=body), 400).startswith(f"{name}: ")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("serviceId", "13"),
            ("serviceId", 13.0),
            ("serviceId", True),
            ("serviceId", 0),
            ("serviceId", -1),
            ("serviceId", 99),
            ("serviceId", 2**63 - 1),
            ("interactionType", "inperson"),
            ("interactionType", "meeting"),
            ("interactionType", 1),
            ("description", 5),
            ("description", ["text"]),
            ("dateOfInteraction", "2019-05-06T06:00:00Z"),
            ("dateOfInteraction", "06.05.2019"),
            ("dateOfInteraction", "2019-02-29"),
            ("dateOfInteraction", "20190506"),
            ("dateOfInteraction", 20190506),
            ("dateOfInteraction", "2999-01-01"),
            ("duration", "1:00"),
            ("duration", "1:60:00"),
            ("duration", "1:00:60"),
            ("duration", "100:00:00"),
            ("duration", "0:00:00"),
            ("duration", "00:00:00"),
            ("duration", "-1:00:00"),
            ("duration", "1:0:0"),
            ("duration", "1h"),
            ("duration", 3600),
            ("location", "cuoffice"),
            ("location", "Office"),
            ("location", 1),
            ("customQuestions", {"questionId": 123, "answer": 6}),
            ("customQuestions", [123]),
            ("customQuestions", [{"questionId": 123}]),
            ("customQuestions", [{"answer": 6}]),
            ("customQuestions", [{"questionId": 123, "answer": None}]),
            ("customQuestions", [{"questionId": 123, "answer": "6"}]),
            ("customQuestions", [{"questionId": 123, "answer": True}]),
            ("customQuestions", [{"questionId": 123, "answer": [6]}]),
            ("customQuestions", [{"questionId": 123, "answer": {"is": 6}}]),
            ("customQuestions", [{"questionId": "123", "answer": 6}]),
            ("customQuestions", [{"questionId": 999, "answer": 6}]),
            ("customQuestions", [{"questionId": 103, "answer": "of service 7"}]),
            ("customQuestions", [{"questionId": 109, "answer": "World peace"}]),
            ("customQuestions", [{"questionId": 111, "answer": "yes"}]),
            ("customQuestions", [{"questionId": 123, "answer": 6}] * 2),
            ("isDeleted", True),
            ("isDeleted", None),
            ("isDeleted", "false"),
        ],
        ids=str,
    )
    def test_an_invalid_field_is_400_and_appends_nothing(
        self, office: Office, name: str, value: Any
    ):
        before = office.service.count_events(office.tenant)
        sentence = error(office.worker.post(office.list, json=ENCOUNTER | {name: value}), 400)
        assert sentence.startswith(name)
        assert office.service.count_events(office.tenant) == before

    def test_an_error_echoes_nothing_of_the_request(self, office: Office):
        secret = "Zanzibarian plumbing"
        for body in (
            ENCOUNTER | {"location": secret},
            ENCOUNTER | {"interactionType": secret},
            ENCOUNTER | {"dateOfInteraction": secret},
            ENCOUNTER | {"customQuestions": [{"questionId": 109, "answer": secret}]},
            {secret: secret},
        ):
            assert secret not in office.worker.post(office.list, json=body).text

    def test_unknown_keys_are_ignored(self, office: Office):
        office.meet(somethingElse=[1, 2], id=77, redacted=True, isDeleted=False)

    @pytest.mark.parametrize(("sent", "shown"), [("01:00:00", "1:00:00"), ("0:05:09", "0:05:09")])
    def test_hours_may_be_padded_and_are_shown_unpadded(
        self, office: Office, sent: str, shown: str
    ):
        assert office.meet(duration=sent)["duration"] == shown

    def test_the_consulates_office_is_read_as_the_consulate(self, office: Office):
        assert office.meet(location="consulateOffice")["location"] == "consulate"

    @pytest.mark.parametrize(
        "word", ["inPerson", "byPhone", "workshopTalk", "oneOnOneLightTouch", "consultation"]
    )
    def test_every_type_comes_back_as_it_was_said(self, office: Office, word: str):
        created = office.meet(interactionType=word)
        assert office.worker.get(office.path(created)).json()["interactionType"] == word

    def test_every_type_of_question_can_be_answered(self, office: Office):
        answers = [
            {"questionId": 123, "answer": 2.5},
            {"questionId": 103, "answer": "IOE-1"},
            {"questionId": 105, "answer": "2026-01-31"},
            {"questionId": 106, "answer": False},
        ]
        assert office.meet(serviceId=7, customQuestions=answers)["customQuestions"] == answers
        goal = [{"questionId": 109, "answer": "Car"}, {"questionId": 110, "answer": -(2**63)}]
        assert office.meet(customQuestions=goal)["customQuestions"] == goal

    def test_an_unknown_client_is_404(self, office: Office):
        for reference in ("999999999", "0", "x", "1e3", "550e8400-e29b-41d4-a716-446655440000"):
            response = office.worker.post(f"/api/clients/{reference}/interactions", json=ENCOUNTER)
            assert error(response, 404) == "Client not found"


class TestAnswers:
    def test_created_by_splits_the_name_and_always_has_a_number(self, office: Office):
        teresa = office.caller(TRUSTED, user="5", name="Teresa Maria Ruiz")
        by = teresa.post(office.list, json=ENCOUNTER).json()["createdBy"]
        assert (by["userId"], by["firstName"], by["lastName"], by["fullName"]) == (
            5,
            "Teresa Maria",
            "Ruiz",
            "Teresa Maria Ruiz",
        )
        plato = office.caller(TRUSTED, user="auth0|plato", name="Plato")
        first, second = (plato.post(office.list, json=ENCOUNTER).json() for _ in range(2))
        by = first["createdBy"]
        assert (by["firstName"], by["lastName"], by["fullName"]) == ("Plato", "", "Plato")
        assert by["userId"] == second["createdBy"]["userId"] >= 2**52

    def test_a_uuid_finds_the_client_as_well(self, office: Office):
        added = office.add_client()
        response = office.worker.post(f"/api/clients/{added['id']}/interactions", json=ENCOUNTER)
        assert response.status_code == 201
        assert f"/api/clients/{added['number']}/" in response.headers["location"]


class TestOneEffectPerKey:
    def test_another_body_or_other_tags_under_the_key_are_422(self, office: Office):
        key = {"Idempotency-Key": "once"}
        office.trusted.post(office.list, json=ENCOUNTER, params=TAGGED, headers=key)
        other = ENCOUNTER | {"location": None}
        error(office.trusted.post(office.list, json=other, params=TAGGED, headers=key), 422)
        untagged = office.trusted.post(office.list, json=ENCOUNTER, headers=key)
        error(untagged, 422)
        assert ENCOUNTER["description"] not in untagged.text

    def test_worker_and_trusted_have_keys_of_their_own(self, office: Office):
        key = {"Idempotency-Key": "mine"}
        office.trusted.post(office.list, json=ENCOUNTER, headers=key)
        response = office.worker.post(office.list, json={**ENCOUNTER, "serviceId": 7}, headers=key)
        assert response.status_code == 201
