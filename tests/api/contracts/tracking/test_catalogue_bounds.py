"""A tenant's own tactics and services are bounded in bytes, because their lists have no pages."""

import pytest

from application import catalogue
from tests.api.contracts.tracking.office import done, read, refused

TEXT = "x" * 100_000

KINDS = {
    "tactics": (
        "/api/admin/tactics",
        {"name": "Own", "domain": "Social Psychology", "description": TEXT},
        "description",
    ),
    "services": (
        "/api/admin/services",
        {"serviceName": "Own", "programName": "A program", "serviceDescription": TEXT},
        "serviceDescription",
    ),
}

each_kind = pytest.mark.parametrize(("path", "body", "text"), KINDS.values(), ids=KINDS)
each_list = pytest.mark.parametrize(
    ("path", "body"), [kind[:2] for kind in KINDS.values()], ids=KINDS
)


def full(client, path, body) -> list[str]:
    """The ids of entries; no other fits."""
    made = [done(client.post(path, json=body), 201)["id"] for _ in range(9)]
    refused(client.post(path, json=body), 409, "catalogue_full")
    return made


@each_kind
def test_a_full_catalogue_takes_no_entry_until_it_is_shorter(client, path, body, text):
    made = full(client, path, body)
    assert len(client.get(path).content) < catalogue.MOST_BYTES + 2 * len(TEXT)
    done(client.patch(f"{path}/{made[0]}", json={text: "short"}))
    made.append(done(client.post(path, json=body), 201)["id"])
    refused(client.patch(f"{path}/{made[0]}", json={text: TEXT}), 409, "catalogue_full")


@each_kind
def test_an_entry_of_a_full_catalogue_can_be_hidden_and_shortened(client, path, body, text):
    made = full(client, path, body)
    assert done(client.patch(f"{path}/{made[0]}", json={"hidden": True}))["hidden"]
    assert done(client.patch(f"{path}/{made[1]}", json={text: "short"}))[text] == "short"
    assert client.delete(f"{path}/{made[2]}").status_code == 204


@each_list
def test_anothers_catalogue_takes_no_room(client, service, other_tenant, path, body):
    full(client, path, body)
    other = service.client(tenant=other_tenant)
    done(other.post(path, json=body), 201)
    assert read(other, path)["items"]


@each_list
def test_a_mutant_without_the_bound_takes_more(client, monkeypatch, path, body):
    monkeypatch.setattr(catalogue, "MOST_BYTES", 10**9)
    for _ in range(12):
        done(client.post(path, json=body), 201)
