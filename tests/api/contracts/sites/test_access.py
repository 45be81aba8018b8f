"""Who may do what, operation by operation: no token, no site, no permission, another site."""

from typing import Any

import httpx
import pytest

from tests.api.contracts.sites.office import MEETING, PATH, Office, error, interaction

OPERATIONS = {
    "list": ("GET", PATH, "view_contacts"),
    "get": ("GET", f"{PATH}/{{id}}", "view_contacts"),
    "create": ("POST", PATH, "edit_contacts"),
    "update": ("PUT", f"{PATH}/{{id}}", "edit_contacts"),
    "delete": ("DELETE", f"{PATH}/{{id}}", "edit_contacts"),
}
MISSING = {"view_contacts": "edit_contacts", "edit_contacts": "view_contacts"}


@pytest.fixture(params=OPERATIONS)
def operation(request: pytest.FixtureRequest) -> tuple[str, str, str]:
    return OPERATIONS[request.param]


def send(client: httpx.Client, operation: tuple[str, str, str], number: int = 1, **more: Any):
    method, path, _ = operation
    if "content" not in more and method in ("POST", "PUT"):
        more["json"] = MEETING
    return client.request(method, path.format(id=number), **more)


def test_without_a_token_it_is_401_before_anything_else(office: Office, operation):
    client = office.service.anonymous(office.base)
    response = send(client, operation, content=b"not json", params={"page": "nonsense"})
    assert error(response, 401)["code"] == "UNAUTHORIZED"
    assert response.json()["error"]["message"].startswith("Authentication required")
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_without_a_site_it_is_403_before_the_permission(office: Office, operation):
    client = office.caller("nothing", tenant=None, sites=["1", "2"])
    response = send(client, operation, content=b"not json")
    expected = {"code": "SITE_CONTEXT_REQUIRED", "message": "Site context required", "details": []}
    assert error(response, 403) == expected


def test_without_the_permission_it_is_403_before_the_body_is_read(office: Office, operation):
    permission = operation[2]
    client = office.caller(MISSING[permission])
    response = send(client, operation, content=b"not json", params={"page": "nonsense"})
    shown = error(response, 403)
    assert shown["code"] == "INSUFFICIENT_PERMISSIONS"
    assert shown["message"] == f"Insufficient permissions: {permission} required"


def test_another_sites_record_isnt_there(office: Office, elsewhere: Office, operation):
    if "{id}" not in operation[1]:
        return
    number = office.create()["id"]
    assert error(send(elsewhere.worker, operation, number), 404)["code"] == "NOT_FOUND"
    assert office.read(number)["title"] == "Client Meeting"


def test_the_permission_is_enough(office: Office, operation):
    number = office.create()["id"]
    assert send(office.caller(operation[2]), operation, number).is_success


def test_lists_and_their_totals_are_of_one_site(office: Office, elsewhere: Office):
    number = office.create(title="Of this site")["id"]
    elsewhere.create(title="Of the other site")
    for query in ({}, {"search": "site"}, {"sort_by": "title"}, {"lead": "john"}):
        body = office.worker.get(PATH, params=query).json()
        assert [one["id"] for one in body["data"]["interactions"]] == [number]
        assert body["meta"]["pagination"]["total_records"] == 1


@pytest.mark.parametrize("token", [{}, {"tenant": None, "sites": ["1"]}, {"tenant": None}])
def test_the_types_need_a_token_and_no_site(office: Office, token):
    client = office.caller("nothing", **token)
    assert client.get(f"{PATH}/types").status_code == 200
    assert error(office.service.anonymous("/sites").get(f"{PATH}/types"), 401)


def test_a_token_that_lists_sites_may_choose_one_of_them_with_each_request(
    office: Office, elsewhere: Office
):
    here, there = office.create()["id"], elsewhere.create()["id"]
    client = office.caller(tenant=None, sites=[office.site, elsewhere.site])
    for site, mine, other in ((office.site, here, there), (elsewhere.site, there, here)):
        chosen = {"X-Site-ID": site}
        shown = interaction(client.get(f"{PATH}/{mine}", headers=chosen))
        assert shown["site_id"] == int(site)
        assert client.get(f"{PATH}/{other}", headers=chosen).status_code == 404
        made = interaction(client.post(PATH, json=MEETING, headers=chosen), 201)
        assert made["site_id"] == int(site)


def test_the_active_site_counts_unless_another_one_is_chosen(office: Office, elsewhere: Office):
    office.create()
    client = office.caller(sites=[office.site, elsewhere.site])
    for headers, total in (({}, 1), ({"X-Site-ID": office.site}, 1)):
        body = client.get(PATH, headers=headers).json()
        assert body["meta"]["pagination"]["total_records"] == total
    chosen = client.get(PATH, headers={"X-Site-ID": elsewhere.site}).json()
    assert chosen["meta"]["pagination"]["total_records"] == 0


@pytest.mark.parametrize("claims", [{}, {"sites": ["1"]}, {"tenant": None, "sites": ["1"]}])
@pytest.mark.parametrize("site", ["999999", "nonsense", "", "١"])
def test_a_site_that_the_token_doesnt_list_is_403(office: Office, claims, site):
    response = office.caller(**claims).get(PATH, headers={"X-Site-ID": site.encode()})
    assert error(response, 403)["code"] == "SITE_CONTEXT_REQUIRED"


@pytest.mark.parametrize("tenant", ["acme", "007", "0", "1e3", "99999999999999999999"])
def test_a_tenant_that_isnt_a_number_is_no_site(office: Office, tenant: str):
    assert error(office.caller(tenant=tenant).get(PATH), 403)["code"] == "SITE_CONTEXT_REQUIRED"
