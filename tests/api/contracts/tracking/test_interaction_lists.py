"""Lists of interactions: every filter, pages, cursors, links; and the timeline of a contact."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.office import (
    NOBODY,
    add,
    done,
    ids,
    log,
    read,
    refused,
    walk,
    walk_links,
)

PATH = "/api/interactions"


@pytest.fixture
def logged(client, contact):
    """A few interactions by name, the first being the oldest."""
    other = add(client, name="Bob")
    someone = {"name": "Zoe Y", "email": "Zoe@Example.org"}
    return {
        "call": log(client, contact, date="2024-01-01T10:00:00Z", notes="Wants 50% off"),
        "lunch": log(
            client,
            contact,
            date="2024-01-02",
            interactionType="lunch",
            location="Café Ode",
            sentiment="positive",
            tags=["food", "vip"],
        ),
        "mail": log(
            client,
            other,
            date="2024-01-02T23:59:59.999999Z",
            interactionType="email",
            topicsDiscussed=["ÜBER_ALLES"],
            participants=[someone],
            tags=["vip"],
        ),
        "meeting": log(
            client,
            other,
            date="2024-01-03T00:00:00Z",
            interactionType="meeting",
            sentiment="negative",
            participants=["Max Power"],
        ),
    }


class TestFinding:
    def test_newest_first_with_totals(self, client, logged):
        listed = read(client, PATH)
        assert list(listed) == ["items", "page", "pageSize", "totalCount", "totalPages"]
        assert listed["items"] == list(logged.values())[::-1]
        assert [listed[key] for key in list(listed)[1:]] == [1, 20, 4, 1]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"type": "call"}, "call"),
            ({"type": "conference"}, ""),
            ({"startDate": "2024-01-02"}, "meeting mail lunch"),
            ({"startDate": "2024-01-02T00:00:00.000001Z"}, "meeting mail"),
            ({"endDate": "2024-01-02"}, "mail lunch call"),
            ({"endDate": "2024-01-02T00:00:00Z"}, "lunch call"),
            ({"endDate": "2024-01-03T00:00:00Z"}, "meeting mail lunch call"),
            ({"endDate": "2024-01-03T01:00:00+02:00"}, "lunch call"),
            ({"startDate": "2024-01-02", "endDate": "2024-01-02"}, "mail lunch"),
            ({"startDate": "0001-01-01", "endDate": "9999-12-31"}, "meeting mail lunch call"),
            ({"startDate": "9999-12-31", "endDate": "9999-12-31"}, ""),
            ({"search": "50% OFF"}, "call"),
            ({"search": "café"}, "lunch"),
            ({"search": "über_a"}, "mail"),
            ({"search": "r_a"}, "mail"),
            ({"search": "%"}, "call"),
            ({"search": "zoe"}, "mail"),
            ({"search": "vip"}, "mail lunch"),
            ({"search": ""}, "meeting mail lunch call"),
            ({"search": "\\"}, ""),
            ({"tags": "vip"}, "mail lunch"),
            ({"tags": "vip,food"}, "lunch"),
            ({"tags": ["food", "vip"]}, "lunch"),
            ({"tags": "vip, food"}, "lunch"),
            ({"tags": "VIP"}, ""),
            ({"sentiment": "negative"}, "meeting"),
            ({"participant": "max"}, "meeting"),
            ({"participant": "zoe@EXAMPLE"}, "mail"),
            ({"participant": "_"}, ""),
            ({"type": "email", "tags": "vip", "search": "über"}, "mail"),
            ({"unknown": "1"}, "meeting mail lunch call"),
        ],
        ids=str,
    )
    def test_by_each_filter(self, client, logged, query, found):
        expected = [logged[name]["id"] for name in found.split()]
        listed = read(client, PATH, **query)
        assert (ids(listed), listed["totalCount"]) == (expected, len(expected))
        assert walk(client, PATH, **query) == expected

    def test_an_address_finds_a_participant_whose_mail_has_its_normal_form(self, client, contact):
        mailed = log(client, contact, participants=[{"email": "eva@xn--exmple-cua.com"}])
        assert ids(read(client, PATH, participant="Eva@Exämple.com")) == [mailed["id"]]

    def test_by_contact_named_either_way(self, client, contact, logged):
        expected = [logged["lunch"]["id"], logged["call"]["id"]]
        assert ids(read(client, PATH, contactId=contact["id"])) == expected
        assert ids(read(client, PATH, contactId=contact["number"])) == expected
        assert ids(read(client, PATH, contactId=contact["id"], type="call")) == expected[1:]

    def test_by_a_contact_there_isnt_finds_nothing(self, client, logged, stranger):
        other = add(stranger)
        for nobody in (NOBODY, 2**62, other["id"], other["number"]):
            assert read(client, PATH, contactId=nobody)["totalCount"] == 0
        for nonsense in ("x", "0", "-1", "1.0", ""):
            response = client.get(PATH, params={"contactId": nonsense})
            refused(response, 422, "invalid_id", "/contactId")

    def test_leaves_out_other_tenants(self, stranger, logged, contact):
        assert read(stranger, PATH)["items"] == []
        assert read(stranger, PATH, search="ode")["totalCount"] == 0
        assert read(stranger, PATH, contactId=contact["id"])["totalCount"] == 0
        assert walk(stranger, PATH) == []

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ({"page": 0}, "/page"),
            ({"page": -1}, "/page"),
            ({"page": "1e9"}, "/page"),
            ({"page": 10**9}, "/page"),
            ({"page": 10**30}, "/page"),
            ({"page": ""}, "/page"),
            ({"page": "x"}, "/page"),
            ({"pageSize": 0}, "/pageSize"),
            ({"pageSize": 101}, "/pageSize"),
            ({"pageSize": "abc"}, "/pageSize"),
            ({"type": "note"}, "/type"),
            ({"type": ""}, "/type"),
            ({"sentiment": "glad"}, "/sentiment"),
            ({"startDate": "x"}, "/startDate"),
            ({"startDate": "2024-01-01T00:00:00"}, "/startDate"),
            ({"endDate": "2024-13-01"}, "/endDate"),
            ({"startDate": "2024-01-03", "endDate": "2024-01-02"}, "/endDate"),
            ({"startDate": "2024-01-02T00:00:01Z", "endDate": "2024-01-02T00:00:00Z"}, "/endDate"),
            ({"endDate": ""}, "/endDate"),
            ({"search": "x" * 201}, "/search"),
            ({"participant": "x" * 201}, "/participant"),
            ({"cursor": "x"}, "/cursor"),
            ({"cursor": "x" * 501}, "/cursor"),
            ({"cursor": "W10"}, "/cursor"),
            ({"cursor": "eyJhIjoxfQ"}, "/cursor"),
            ({"cursor": "é"}, "/cursor"),
            ({"search": "a\0b"}, "/search"),
            ({"participant": "\0"}, "/participant"),
            ({"tags": "\0"}, "/tags"),
            ({"contactId": "\0"}, "/contactId"),
        ],
        ids=str,
    )
    def test_refuses_what_is_invalid(self, client, query, pointer):
        problem = refused(client.get(PATH, params=query), 422, pointer=pointer)
        assert all(error["in"] == "query" for error in problem["errors"])


class TestPages:
    @pytest.fixture
    def twelve(self, client, contact):
        """Interactions of three instants, from the newest, those of one instant by descending
        id."""
        found = [
            log(client, contact, date=f"2024-01-0{day}T00:00:00Z")
            for day in (1, 2, 3)
            for _ in range(4)
        ]
        return [
            one["id"]
            for one in sorted(found, key=lambda one: (one["date"], one["id"]), reverse=True)
        ]

    def test_walking_by_number_gives_each_once(self, client, twelve):
        pages = [read(client, PATH, page=page, pageSize=5) for page in (1, 2, 3, 4)]
        assert [len(page["items"]) for page in pages] == [5, 5, 2, 0]
        assert [page["totalPages"] for page in pages] == [3] * 4
        assert [one for page in pages for one in ids(page)] == twelve
        assert walk_links(client, PATH, pageSize=5) == twelve

    @pytest.mark.parametrize("size", [1, 3, 4, 5, 12, 100])
    def test_walking_by_cursor_gives_each_once(self, client, twelve, size):
        assert walk(client, PATH, pageSize=size) == twelve
        assert walk_links(client, PATH, pageSize=size, cursor="") == twelve

    def test_interactions_logged_between_pages_shift_no_page(self, client, contact, twelve):
        first = read(client, PATH, pageSize=5, cursor="")
        log(client, contact)
        client.delete(f"{PATH}/{twelve[4]}")
        second = read(client, PATH, pageSize=5, cursor=first["next"])
        assert ids(first) + ids(second) == twelve[:10]

    def test_a_page_by_cursor_has_no_totals(self, client, twelve):
        assert list(read(client, PATH, cursor="")) == ["items", "next"]

    def test_a_link_keeps_the_filter(self, client, twelve):
        response = client.get(PATH, params={"pageSize": 5, "search": "ü&=", "type": "call"})
        assert "link" not in response.headers
        response = client.get(
            PATH, params={"pageSize": 5, "startDate": "2024-01-02T00:00:00+00:00"}
        )
        link = response.links["next"]["url"]
        assert client.get(link).json()["page"] == 2
        assert client.get(link).json()["totalCount"] == 8

    def test_a_link_repeats_what_was_repeated(self, client, contact):
        logged = [log(client, contact, tags=["a", "b"])["id"] for _ in range(3)]
        log(client, contact, tags=["b"])
        query = {"tags": ["a", "b"], "pageSize": 2}
        assert set(walk_links(client, PATH, **query)) == set(logged)

    def test_a_cursor_is_bound_to_its_filter_and_tenant(self, client, contact, stranger, twelve):
        cursor = read(client, PATH, pageSize=5, cursor="")["next"]
        timeline = f"/api/contacts/{contact['id']}/interactions"
        for asker, path, query in (
            (client, PATH, {"type": "call"}),
            (client, PATH, {"contactId": contact["id"]}),
            (client, timeline, {}),
            (client, "/api/contacts", {}),
            (client, "/api/meetings", {}),
            (stranger, PATH, {}),
        ):
            response = asker.get(path, params=query | {"cursor": cursor})
            refused(response, 422, "cursor_invalid", "/cursor")


class TestTimeline:
    def test_newest_first_to_its_end(self, client, contact):
        logged = [log(client, contact, date=f"2024-01-{day:02}") for day in range(1, 8)]
        path = f"/api/contacts/{contact['number']}/interactions"
        assert read(client, path) == {"items": logged[::-1], "next": None}
        assert walk(client, path, limit=3) == [one["id"] for one in logged[::-1]]
        assert walk_links(client, path, limit=3) == [one["id"] for one in logged[::-1]]
        assert "link" not in client.get(path).headers

    def test_of_a_new_contact_is_empty(self, client, contact):
        path = f"/api/contacts/{contact['id']}/interactions"
        assert read(client, path) == {"items": [], "next": None}

    def test_interactions_at_one_instant_come_once_each(self, client, contact):
        logged = {log(client, contact, date="2024-01-01")["id"] for _ in range(7)}
        found = walk(client, f"/api/contacts/{contact['id']}/interactions", limit=2)
        assert (len(found), set(found)) == (7, logged)

    @pytest.mark.parametrize("limit", ["0", "201", "-1", "abc", "", "1e3", "1" * 400])
    def test_its_limit_is_1_to_200(self, client, contact, limit):
        path = f"/api/contacts/{contact['id']}/interactions"
        refused(client.get(path, params={"limit": limit}), 422, pointer="/limit")

    def test_of_nobody_is_404(self, client):
        for nobody in (NOBODY, 2**62, "x", "%00", "a%2Fb"):
            refused(client.get(f"/api/contacts/{nobody}/interactions"), 404)

    def test_concurrent_readers_get_their_own_timelines(self, client, service, tenant):
        contacts = [add(client, name=str(n)) for n in range(8)]
        logged = {one["id"]: log(client, one)["id"] for one in contacts}

        def ask(contact_id):
            return ids(done(client.get(f"/api/contacts/{contact_id}/interactions")))

        with ThreadPoolExecutor(16) as pool:
            asked = list(logged) * 10
            assert list(pool.map(ask, asked)) == [[logged[one]] for one in asked]


def test_lists_of_contacts_walk_too(client):
    made = [add(client, name=f"C{n}")["id"] for n in range(7)][::-1]
    assert walk(client, "/api/contacts", pageSize=3) == made
    assert walk_links(client, "/api/contacts", pageSize=3) == made
    assert walk_links(client, "/api/contacts", pageSize=3, cursor="", search="c") == made
    cursor = read(client, "/api/contacts", pageSize=3, cursor="")["next"]
    response = client.get("/api/contacts", params={"cursor": cursor, "search": "c"})
    refused(response, 422, "cursor_invalid", "/cursor")


def test_an_interaction_of_the_whole_year_1_can_be_listed(client, contact):
    logged = [log(client, contact, date="0001-01-01")["id"] for _ in range(3)]
    assert set(walk(client, PATH, pageSize=1)) == set(logged)
    assert office.read(client, f"/api/contacts/{contact['id']}")["lastContacted"].startswith("0001")
