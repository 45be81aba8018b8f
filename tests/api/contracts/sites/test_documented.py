"""Every exchange of the sites document, at both addresses."""

from dataclasses import replace
from typing import Any

import httpx

from tests.api.contracts.sites.office import Office, error, interaction
from tests.api.documented import Exchange, exchanges

DOCUMENTED = exchanges(__file__)
CREATE = DOCUMENTED["Create Interaction"]


def check(exchange: Exchange, response: httpx.Response, office: Office) -> Any:
    """Hold an answer against the document, whose numbers stand for this site and its records."""
    answer = response.json()
    data = answer.get("data", {})
    for one in [data.get("interaction"), *data.get("interactions", ())]:
        if one:
            assert one["site_id"] == int(office.site)
            one |= {"id": 42, "site_id": 1}
    documented = httpx.Response(response.status_code, headers=response.headers, json=answer)
    documented.headers["content-type"] = response.headers["content-type"]
    return exchange.check(documented)


def created(office: Office) -> dict[str, str]:
    """The documented request; what 42 stands for in the others."""
    made = interaction(CREATE.send(office.worker), 201)
    return {"/42": f"/{made['id']}"}


def test_every_exchange_of_the_document_is_here():
    assert list(DOCUMENTED) == [
        "List Interactions",
        "Get Interaction",
        "Create Interaction",
        "Update Interaction",
        "Delete Interaction",
        "Get Interaction Types",
        "Search and Filtering",
        "Pagination",
    ]


def test_creating(anywhere: Office):
    check(CREATE, CREATE.send(anywhere.worker), anywhere)


def test_getting(anywhere: Office):
    named = created(anywhere)
    get = DOCUMENTED["Get Interaction"]
    check(get, get.send(anywhere.worker, named), anywhere)


def test_updating(anywhere: Office):
    named = created(anywhere)
    update = DOCUMENTED["Update Interaction"]
    check(update, update.send(anywhere.worker, named), anywhere)


def test_deleting(anywhere: Office):
    named = created(anywhere)
    delete = DOCUMENTED["Delete Interaction"]
    check(delete, delete.send(anywhere.worker, named), anywhere)
    again = error(delete.send(anywhere.worker, named), 404)
    assert again == {"code": "NOT_FOUND", "message": "Interaction not found", "details": []}


def test_the_types(anywhere: Office):
    types = DOCUMENTED["Get Interaction Types"]
    check(types, types.send(anywhere.worker), anywhere)


def test_listing_sorting_and_paging(anywhere: Office):
    for _ in range(42):
        created(anywhere)
    listed = DOCUMENTED["List Interactions"]
    answer = check(listed, listed.send(anywhere.worker), anywhere)
    shown = answer["data"]["interactions"]
    assert len(shown) == 10
    assert all(one == shown[0] | {"created_at": one["created_at"]} for one in shown)
    assert [one["created_at"] for one in shown] == sorted(
        (one["created_at"] for one in shown), reverse=True
    )
    second = DOCUMENTED["Pagination"]
    response = second.send(anywhere.worker)
    check(replace(second, answer=second.answer), response, anywhere)
    assert len(response.json()["data"]["interactions"]) == 10


def test_filtering(anywhere: Office):
    search = DOCUMENTED["Search and Filtering"]
    check(search, search.send(anywhere.worker), anywhere)
    in_june = anywhere.create(start_datetime="2023-06-01T00:00:00Z", end_datetime=None)
    in_july = anywhere.create(start_datetime="2023-07-31T23:59:59Z", end_datetime=None)
    anywhere.create(start_datetime="2023-07-31T23:59:59.000001Z", end_datetime=None)
    anywhere.create(start_datetime="2023-07-01T00:00:00Z", end_datetime=None, type="Call")
    anywhere.create(start_datetime="2023-07-01T00:00:00Z", end_datetime=None, lead="Jane Doe")
    shown = search.send(anywhere.worker).json()
    assert [one["id"] for one in shown["data"]["interactions"]] == [in_july["id"], in_june["id"]]
    assert shown["meta"]["pagination"]["total_records"] == 2
