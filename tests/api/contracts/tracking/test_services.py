"""A tenant's own services and which of the built-in ones it shows: /api/admin/services"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from domain.catalogue.services import BUILT_IN_SERVICES, FIRST_OWN
from tests.api.running import Service

PATH = "/api/admin/services"
OWN: dict[str, Any] = {
    "serviceName": "Bicycle repair",
    "programName": "Getting around",
    "customQuestions": [
        {"type": "number", "label": "How many wheels?"},
        {"type": "select", "label": "Which kind?", "options": ["City", "Race"]},
    ],
}


@pytest.fixture
def admin(service: Service, tenant: str) -> httpx.Client:
    return service.client(tenant=tenant, permissions=("admin",))


def add(admin: httpx.Client, **different: Any) -> dict[str, Any]:
    response = admin.post(PATH, json=OWN | different)
    assert response.status_code == 201, response.text
    added: dict[str, Any] = response.json()
    return added


def refused(response: httpx.Response, status: int, code: str, pointer: str = "") -> None:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == code or code in {error["code"] for error in problem["errors"]}
    if pointer:
        assert pointer in {error["pointer"] for error in problem["errors"]}


class TestPermissions:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", PATH),
            ("GET", f"{PATH}/7"),
            ("POST", PATH),
            ("PATCH", f"{PATH}/7"),
            ("DELETE", f"{PATH}/7"),
        ],
    )
    def test_a_caller_who_is_no_admin_is_403(
        self, service: Service, tenant: str, method: str, path: str
    ):
        nonsense: dict[str, Any] = {"content": b"{"} if method in ("POST", "PATCH") else {}
        assert service.anonymous().request(method, path, **nonsense).status_code == 401
        others = service.client(tenant=tenant, permissions=("view_contacts", "edit_contacts"))
        refused(others.request(method, path, **nonsense), 403, "permission_required")

    def test_another_tenants_service_isnt_there(
        self, service: Service, admin: httpx.Client, other_tenant: str
    ):
        own = add(admin)
        stranger = service.client(tenant=other_tenant, permissions=("admin",))
        path = f"{PATH}/{own['id']}"
        refused(stranger.get(path), 404, "service_not_found")
        refused(stranger.patch(path, json={"isActive": False}), 404, "service_not_found")
        refused(stranger.delete(path), 404, "service_not_found")
        assert service.count_events(other_tenant) == 0


class TestTheList:
    def test_a_new_catalogue_holds_the_built_in_services(self, admin: httpx.Client):
        items = admin.get(PATH).json()["items"]
        assert [item["id"] for item in items] == list(BUILT_IN_SERVICES)
        assert all(item["builtIn"] and not item["hidden"] for item in items)

    def test_own_and_hidden_services_are_listed(self, admin: httpx.Client):
        own = add(admin)
        admin.delete(f"{PATH}/7")
        items = {item["id"]: item for item in admin.get(PATH).json()["items"]}
        assert items[own["id"]] == own
        assert items[7]["hidden"] is True

    @pytest.mark.parametrize("reference", ["99", "0", "x", "100001", "9" * 30])
    def test_an_unknown_service_is_404(self, admin: httpx.Client, reference: str):
        refused(admin.get(f"{PATH}/{reference}"), 404, "service_not_found")
        refused(admin.delete(f"{PATH}/{reference}"), 404, "service_not_found")


class TestAdding:
    def test_new_services_programs_and_questions_get_numbers_of_their_own(
        self, admin: httpx.Client
    ):
        own = add(admin)
        asked = [question["id"] for question in own["customQuestions"]]
        numbers = [own["id"], own["programId"], *asked]
        assert len(set(numbers)) == 4
        assert min(numbers) >= FIRST_OWN
        assert own == {
            "id": own["id"],
            "serviceName": "Bicycle repair",
            "serviceDescription": None,
            "programId": own["programId"],
            "programName": "Getting around",
            "isActive": True,
            "customQuestions": [
                {"id": asked[0], "type": "number", "label": "How many wheels?"},
                {
                    "id": asked[1],
                    "type": "select",
                    "label": "Which kind?",
                    "options": ["City", "Race"],
                },
            ],
            "builtIn": False,
            "hidden": False,
        }

    def test_the_answer_has_the_location_of_the_service(self, admin: httpx.Client):
        response = admin.post(PATH, json=OWN)
        assert response.headers["location"] == f"{PATH}/{response.json()['id']}"
        found = admin.get(response.headers["location"])
        assert found.json() == response.json()
        assert found.headers["etag"] == response.headers["etag"]

    def test_a_program_is_named_by_id_or_by_name_and_made_once(self, admin: httpx.Client):
        first = add(admin)
        assert add(admin)["programId"] == first["programId"]
        by_id = {"programId": first["programId"], "programName": None}
        assert add(admin, **by_id)["programName"] == "Getting around"
        assert add(admin, programName="Immigration")["programId"] == 1

    def test_concurrent_requests_that_name_a_new_program_name_the_same(self, admin: httpx.Client):
        with ThreadPoolExecutor(16) as pool:
            added = list(pool.map(lambda _: add(admin), range(16)))
        assert len({service["programId"] for service in added}) == 1
        assert len({service["id"] for service in added}) == 16

    @pytest.mark.parametrize(
        ("body", "code", "pointer"),
        [
            ({"serviceName": ""}, "string_too_short", "/serviceName"),
            ({"serviceName": " "}, "value_error", "/serviceName"),
            ({"serviceName": None}, "string_type", "/serviceName"),
            ({"programName": None}, "program_required", "/programId"),
            ({"programId": 99}, "unknown_program", "/programId"),
            ({"programId": 1, "programName": "Health"}, "program_mismatch", "/programId"),
            ({"customQuestions": [{"type": "number"}]}, "missing", "/customQuestions/0/label"),
            (
                {"customQuestions": [{"type": "scale", "label": "?"}]},
                "literal_error",
                "/customQuestions/0/type",
            ),
            (
                {"customQuestions": [{"type": "select", "label": "?"}]},
                "options",
                "/customQuestions",
            ),
            (
                {"customQuestions": [{"type": "text", "label": "?", "options": ["a"]}]},
                "options",
                "/customQuestions",
            ),
            (
                {"customQuestions": [{"type": "select", "label": "?", "options": ["a", "a"]}]},
                "option_twice",
                "/customQuestions",
            ),
            ({"isActive": "yes"}, "bool_type", "/isActive"),
            ({"colour": "red"}, "unknown_key", ""),
        ],
    )
    def test_an_invalid_field_is_422(
        self, admin: httpx.Client, body: dict[str, Any], code: str, pointer: str
    ):
        refused(admin.post(PATH, json=OWN | body), 422, code, pointer)

    def test_a_repeated_key_has_one_effect(
        self, service: Service, admin: httpx.Client, tenant: str
    ):
        key = {"Idempotency-Key": "once"}
        first, second = (admin.post(PATH, json=OWN, headers=key) for _ in range(2))
        assert first.json() == second.json()
        assert service.count_events(tenant) == 1


class TestChanging:
    def test_omitted_fields_stay_and_a_read_service_can_be_sent_back(
        self, service: Service, admin: httpx.Client, tenant: str
    ):
        own = add(admin)
        path = f"{PATH}/{own['id']}"
        assert admin.patch(path, json=own).json() == own
        assert service.count_events(tenant) == 1
        change = {"serviceName": "Bicycles", "isActive": False, "serviceDescription": "All kinds"}
        assert admin.patch(path, json=change).json() == own | change
        assert admin.get(path).json() == own | change

    def test_questions_are_kept_by_their_id_and_new_ones_numbered(self, admin: httpx.Client):
        own = add(admin)
        wheels, _ = own["customQuestions"]
        change = [wheels | {"label": "Wheels?"}, {"type": "boolean", "label": "Rusty?"}]
        path = f"{PATH}/{own['id']}"
        kept, new = admin.patch(path, json={"customQuestions": change}).json()["customQuestions"]
        assert kept == wheels | {"label": "Wheels?"}
        assert new["id"] > wheels["id"]

    @pytest.mark.parametrize(
        ("question", "code"),
        [
            ({"id": 123, "type": "number", "label": "?"}, "unknown_question"),
            ({"type": "text", "label": "How many wheels?"}, "question_type"),
        ],
    )
    def test_a_question_is_the_services_own_and_keeps_its_type(
        self, admin: httpx.Client, question: dict[str, Any], code: str
    ):
        own = add(admin)
        asked = {"id": own["customQuestions"][0]["id"]} | question
        path = f"{PATH}/{own['id']}"
        refused(admin.patch(path, json={"customQuestions": [asked]}), 422, code)

    def test_a_service_can_move_to_another_program(self, admin: httpx.Client):
        own = add(admin)
        path = f"{PATH}/{own['id']}"
        assert admin.patch(path, json={"programId": 3}).json()["programName"] == "Health"
        moved = admin.patch(path, json={"programName": "Something new"}).json()
        assert moved["programName"] == "Something new"
        assert moved["programId"] not in (3, own["programId"])

    def test_a_built_in_service_can_only_be_hidden(
        self, service: Service, admin: httpx.Client, tenant: str
    ):
        refused(admin.patch(f"{PATH}/7", json={"serviceName": "Mine"}), 409, "built_in")
        assert service.count_events(tenant) == 0
        hidden = admin.patch(f"{PATH}/7", json={"hidden": True})
        assert hidden.json()["hidden"] is True
        assert admin.patch(f"{PATH}/7", json={"hidden": False}).json()["hidden"] is False
        assert [event for _, event, _ in service.events(tenant)] == [
            "kith.service.hidden.v1",
            "kith.service.shown.v1",
        ]

    def test_hiding_twice_is_one_fact(self, service: Service, admin: httpx.Client, tenant: str):
        own = add(admin)
        for number in (7, own["id"]):
            for _ in range(2):
                assert admin.delete(f"{PATH}/{number}").status_code == 204
        assert service.count_events(tenant) == 3

    def test_showing_what_nobody_hid_is_no_fact(
        self, service: Service, admin: httpx.Client, tenant: str
    ):
        assert admin.patch(f"{PATH}/7", json={"hidden": False}).status_code == 200
        assert service.count_events(tenant) == 0

    def test_a_change_with_a_stale_if_match_is_412(self, admin: httpx.Client):
        for path in (f"{PATH}/7", f"{PATH}/{add(admin)['id']}"):
            seen = {"If-Match": admin.get(path).headers["etag"]}
            assert admin.patch(path, json={"hidden": True}, headers=seen).status_code == 200
            refused(
                admin.patch(path, json={"hidden": False}, headers=seen), 412, "precondition_failed"
            )
