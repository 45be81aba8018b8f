"""A site of its own for each token: which one a request is about, and whose lists they are."""

import pytest

from tests.api.contracts.sites.office import MEETING, PATH, Office, error, interaction


def test_a_caller_without_a_site_is_403_before_the_permission(office: Office):
    client = office.caller("nothing", tenant=None, sites=["1", "2"])
    response = client.post(PATH, content=b"not json")
    expected = {"code": "SITE_CONTEXT_REQUIRED", "message": "Site context required", "details": []}
    assert error(response, 403) == expected


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
