"""The interactions of a contact: what is taken, what time they get, how they are listed."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from api.contracts.relationships.types import InteractionType
from tests.api.contracts.relationships.business import (
    NOBODY,
    contact_of,
    faults,
    log,
    member,
)


@pytest.fixture
def client(service, tenant):
    return member(service, tenant)


@pytest.fixture
def contact(service, tenant):
    return contact_of(service, tenant)["id"]


@pytest.mark.parametrize("word", get_args(InteractionType))
def test_every_documented_type_comes_back(client, contact, word):
    answer = log(client, contact, type=word)
    assert (answer.status_code, answer.json()["type"]) == (201, word)


def test_the_servers_time_is_its_time_and_that_of_the_last_contact(
    client, contact, service, tenant
):
    before = datetime.now(UTC)
    stamp = log(client, contact).json()["timestamp"]
    assert stamp.endswith("Z")
    assert before <= datetime.fromisoformat(stamp) <= datetime.now(UTC)
    native = service.client(tenant=tenant)
    assert native.get(f"/api/contacts/{contact}").json()["lastContacted"] == stamp


def test_after_a_delete_the_last_contact_is_the_one_before(client, contact, service, tenant):
    native = service.client(tenant=tenant)
    first, second = log(client, contact).json(), log(client, contact).json()
    native.delete(f"/api/interactions/{second['id']}")
    last = native.get(f"/api/contacts/{contact}").json()["lastContacted"]
    assert last == first["timestamp"]
    assert client.get(f"/contacts/{contact}/interactions").json()["total"] == 1


def test_the_performer_is_shown_by_name_and_id(service, tenant, contact):
    client = service.client("/relationships", tenant=tenant, user="u7", name="Ann Lee")
    answer = log(client, contact).json()
    assert (answer["performed_by"], answer["performed_by_id"]) == ("Ann Lee", "u7")


@pytest.mark.parametrize(
    ("body", "loc", "msg", "kind"),
    [
        ({"description": "d"}, ["type"], "field required", "value_error.missing"),
        ({"type": "call"}, ["description"], "field required", "value_error.missing"),
        (
            {"type": "call", "description": 5},
            ["description"],
            "str type expected",
            "type_error.str",
        ),
        (
            {"type": "call", "description": ""},
            ["description"],
            "ensure this value has at least 1 character",
            "value_error.any_str.min_length",
        ),
        (
            {"type": "call", "description": "d", "scheduled_follow_up": "soon"},
            ["scheduled_follow_up"],
            "invalid datetime format",
            "value_error.datetime",
        ),
        ([], [], "value is not a valid dict", "type_error.dict"),
    ],
)
def test_a_fault_has_the_documents_path_message_and_type(client, contact, body, loc, msg, kind):
    fault = {"loc": ["body", *loc], "msg": msg, "type": kind}
    assert faults(client.post(f"/contacts/{contact}/interactions", json=body)) == [fault]


def test_an_unknown_type_is_told_the_known_ones(client, contact):
    (fault,) = faults(log(client, contact, type="coffee"))
    assert (fault["loc"], fault["type"]) == (["body", "type"], "type_error.enum")
    assert fault["msg"].startswith("value is not a valid enumeration member; permitted: 'call', ")


def test_a_follow_up_without_an_offset_is_invalid(client, contact):
    (fault,) = faults(log(client, contact, scheduled_follow_up="2024-01-15T10:00:00"))
    assert (fault["loc"][-1], fault["type"]) == ("scheduled_follow_up", "value_error.datetime")


def test_unknown_keys_are_ignored(client, contact):
    assert log(client, contact, timestamp="1999-01-01T00:00:00Z", mood="sunny").status_code == 201


class TestTheHistory:
    def test_is_newest_first_with_the_total_and_the_bounds_asked_for(self, client, contact):
        ids = [log(client, contact).json()["id"] for _ in range(5)][::-1]
        body = client.get(f"/contacts/{contact}/interactions?skip=1&limit=2").json()
        assert [each["id"] for each in body.pop("interactions")] == ids[1:3]
        assert body == {"total": 5, "skip": 1, "limit": 2}

    def test_of_a_contact_without_any_is_empty(self, client, contact):
        body = client.get(f"/contacts/{contact}/interactions").json()
        assert body == {"interactions": [], "total": 0, "skip": 0, "limit": 50}

    @pytest.mark.parametrize(
        ("query", "msg", "kind"),
        [
            ("limit=101", "ensure this value is less than or equal to 100", "number.not_le"),
            ("limit=0", "ensure this value is greater than or equal to 1", "number.not_ge"),
            ("skip=-1", "ensure this value is greater than or equal to 0", "number.not_ge"),
        ],
    )
    def test_has_pages_within_bounds(self, client, contact, query, msg, kind):
        where = ["query", query.partition("=")[0]]
        fault = {"loc": where, "msg": msg, "type": f"value_error.{kind}"}
        assert faults(client.get(f"/contacts/{contact}/interactions?{query}")) == [fault]

    def test_takes_only_numbers_for_its_bounds(self, client, contact):
        (fault,) = faults(client.get(f"/contacts/{contact}/interactions?limit=ten"))
        assert (fault["msg"], fault["type"]) == (
            "value is not a valid integer",
            "type_error.integer",
        )

    @pytest.mark.parametrize("nobody", [NOBODY, "0", "999999999", "nonsense", "9" * 30])
    def test_of_nobody_is_404(self, client, nobody):
        response = client.get(f"/contacts/{nobody}/interactions")
        assert (response.status_code, response.json()) == (404, {"detail": "Contact not found"})

    def test_of_a_removed_contact_is_closed(self, client, contact, service, tenant):
        log(client, contact)
        service.client(tenant=tenant).delete(f"/api/contacts/{contact}")
        assert client.get(f"/contacts/{contact}/interactions").status_code == 404
        assert log(client, contact).status_code == 404
