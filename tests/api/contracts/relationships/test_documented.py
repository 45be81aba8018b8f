"""Every exchange of the relationships document, at every address of the contract."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.api.contracts.relationships.business import (
    ADDRESSES,
    NOBODY,
    contact_of,
    log,
    member,
    move_along,
)
from tests.api.documented import exchanges

DOCUMENTED = exchanges(__file__)
Say = Callable[..., Any]


@pytest.fixture(params=ADDRESSES)
def address(request) -> tuple[str, str, str | None]:
    return ADDRESSES[request.param]


@pytest.fixture
def contact(service, tenant) -> dict[str, Any]:
    return contact_of(service, tenant)


@pytest.fixture
def say(service, tenant, address, contact) -> Say:
    """Send a documented request at this address and hold the answer against the document.

    The document's `123` and `{contact_id}` stand for the contact unless another is named."""
    base, beginning, claim = address

    def send(title: str, to: str | None = None, **token: Any) -> Any:
        client = service.client(base, tenant=tenant, user="user123", contract=claim, **token)
        exchange = DOCUMENTED[title]
        places = {
            "/api/contacts/123": f"{beginning}/{contact['number']}",
            "/contacts/{contact_id}": f"{beginning}/{to or contact['id']}",
        }
        return exchange.check(exchange.send(client, places))

    return send


@pytest.fixture
def insider(service, tenant) -> httpx.Client:
    return member(service, tenant)


def test_every_exchange_of_the_document_is_here():
    assert list(DOCUMENTED) == [
        "Add Contact Interaction",
        "Get Contact Interactions",
        "Update Contact Status",
        "Contact Not Found (404)",
        "Insufficient Permissions (403)",
        "Business Logic Error (400)",
        "Validation Error (422)",
        "Adding an Interaction",
        "Updating Contact Status",
        "Retrieving Interaction History",
    ]


def test_add_contact_interaction(say, contact):
    answer = say("Add Contact Interaction")
    assert answer["contact_id"] == contact["id"]
    assert answer["scheduled_follow_up"] == "2024-01-15T10:00:00Z"


def test_get_contact_interactions(say, contact, insider):
    for _ in range(14):
        log(insider, contact["id"])
    newest = log(
        insider,
        contact["id"],
        description="Follow-up call regarding proposal",
        outcome="Contract signed",
    )
    answer = say("Get Contact Interactions")
    assert answer["interactions"][0] == newest.json()
    assert len(answer["interactions"]) == 15


def test_update_contact_status(say, contact):
    assert say("Update Contact Status")["contact_id"] == contact["id"]


def test_contact_not_found(say):
    say("Contact Not Found (404)", to=NOBODY)


def test_insufficient_permissions(say):
    say("Insufficient Permissions (403)", permissions=["view_contacts"])


def test_business_logic_error(say, contact, insider):
    move_along(insider, contact["id"], "active_client")
    say("Business Logic Error (400)")


def test_validation_error(say):
    say("Validation Error (422)")


class TestIntegrationExamples:
    """They speak of a contact by its number."""

    def test_adding_an_interaction(self, say, contact):
        assert say("Adding an Interaction")["contact_id"] == contact["id"]

    def test_updating_contact_status(self, say, contact):
        assert say("Updating Contact Status")["contact_id"] == contact["id"]

    def test_retrieving_interaction_history(self, say, contact, insider):
        for _ in range(15):
            log(insider, contact["id"])
        assert len(say("Retrieving Interaction History")["interactions"]) == 10
