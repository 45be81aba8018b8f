"""A restricted tag that a write names is done something with, or the write is refused: otherwise
what was meant to be hidden would be open to everybody."""

import httpx
import pytest

from api.http.route import PUBLIC
from tests.api.examples import ENDPOINTS, Operation, records
from tests.api.hostile import in_form
from tests.api.running import EVERYTHING, Service

HOME = "778"
"""A number, or the sites contract would refuse for want of a site."""

WRITES = [
    one for one in ENDPOINTS if one.method in ("POST", "PUT", "PATCH") and one.permission != PUBLIC
]
"""A request that needs no token records nothing."""

OTHER_SPELLINGS = ("Tags", "TAGS", "tag", "tags[]", "tags[0]", " tags")


def each(operations: list[Operation]) -> pytest.MarkDecorator:
    names = [f"{one.contract.name}: {one.key}" for one in operations]
    return pytest.mark.parametrize("operation", operations, ids=names)


@pytest.fixture(scope="module")
def names(service: Service) -> dict[str, str]:
    return records(service, HOME)


def send(
    service: Service, operation: Operation, names: dict[str, str], name: str, *permissions: str
) -> httpx.Response:
    """The answer to naming a tag in a request that would be a good one; nothing is recorded."""
    client = service.client(
        operation.contract.base, tenant=HOME, permissions=[*EVERYTHING, *permissions]
    )
    events = service.count_events(HOME)
    response = operation.send(client, names, params={name: "immigration"})
    assert service.count_events(HOME) == events
    return response


def refused(operation: Operation, response: httpx.Response, sentence: str) -> None:
    assert response.status_code in (400, 422), response.text
    assert sentence in response.text
    assert in_form(operation.contract.name, response)


@each([one for one in WRITES if not one.takes_tags])
def test_a_write_that_takes_no_tag_refuses_one(service, names, operation: Operation):
    for name in ("tags", *OTHER_SPELLINGS):
        response = send(service, operation, names, name, "tag:immigration")
        refused(operation, response, "Tags are not part of this request.")
    assert send(service, operation, names, "tags").status_code == 403


@each([one for one in WRITES if one.takes_tags])
def test_a_tag_under_another_name_is_refused_where_it_would_count(
    service, names, operation: Operation
):
    for name in OTHER_SPELLINGS:
        response = send(service, operation, names, name, "tag:immigration")
        refused(operation, response, "This parameter is written tags.")


def test_a_parameter_that_names_no_tag_is_ignored(service, tenant):
    client = service.client(tenant=tenant)
    for query in ("tags=", "tags=,", "tags[]=", "stage=a", "tagged=a", "other=tags"):
        response = client.post(f"/api/contacts?{query}", json={"name": "Ann"})
        assert response.status_code == 201, query
