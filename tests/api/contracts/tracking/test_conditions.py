"""`ETag` and `If-Match`: change a record only if it is still as one saw it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.office import done, log, refused, schedule

RECORDS = {
    "a contact": ("/api/contacts/{contact}", "PATCH", "", {"name": "B"}),
    "a status": ("/api/contacts/{contact}", "PUT", "/status", {"relationshipStatus": "inactive"}),
    "an interaction": ("/api/interactions/{interaction}", "PUT", "", {"notes": "x"}),
    "a meeting": ("/api/meetings/{meeting}", "PUT", "", {"location": "x"}),
    "a completion": ("/api/meetings/{meeting}", "PUT", "/complete", {"duration": 5}),
    "a cancellation": ("/api/meetings/{meeting}", "PUT", "/cancel", {}),
    "a no-show": ("/api/meetings/{meeting}", "POST", "/no-show", {}),
}
NEVER_OURS = [
    '""',
    '"x"',
    "x",
    '"-1"',
    '"0"',
    '"1"',
    f'"{2**63}"',
    '"1" "2"',
    "W/",
    '"*"',
    "²",
]


@pytest.fixture
def ids(client, contact) -> dict[str, str]:
    return {
        "contact": contact["id"],
        "interaction": log(client, contact)["id"],
        "meeting": schedule(client, contact)["id"],
    }


class Record:
    """One way to change one record."""

    def __init__(self, client: httpx.Client, ids: dict[str, str], kind: str):
        where, self.method, action, self.body = RECORDS[kind]
        self.client, self.where = client, where.format(**ids)
        self.action = self.where + action

    def tag(self) -> str:
        return self.client.get(self.where).headers["etag"]

    def change(self, tag: str | bytes) -> httpx.Response:
        headers: Any = {"If-Match": tag}
        return self.client.request(self.method, self.action, json=self.body, headers=headers)


@pytest.fixture(params=RECORDS)
def record(client, ids, request) -> Record:
    return Record(client, ids, request.param)


class TestIfMatch:
    def test_the_tag_that_was_seen_lets_it_through_once(self, record):
        seen = record.tag()
        response = record.change(seen)
        assert done(response)
        assert response.headers["etag"] == record.tag() != seen
        refused(record.change(seen), 412, "precondition_failed")

    def test_a_weak_tag_of_ours_and_any_are_taken(self, record):
        done(record.change(f"W/{record.tag()}"))
        done(record.change("*"))

    @pytest.mark.parametrize("tag", NEVER_OURS)
    def test_a_tag_that_was_never_ours_is_412(self, record, service, tenant, tag):
        events = service.count_events(tenant)
        refused(record.change(tag.encode("latin-1")), 412, "precondition_failed")
        assert service.count_events(tenant) == events

    @pytest.mark.parametrize(
        "several", ['"1", {}', '{},"1"', '"a,b" , {},,', 'W/"1", {}, "x"', '"1"\n{}']
    )
    def test_of_several_tags_one_has_to_be_the_records(self, record, several):
        headers = [("If-Match", one.format(record.tag())) for one in several.split("\n")]
        done(record.client.request(record.method, record.action, json=record.body, headers=headers))

    @pytest.mark.parametrize(
        "several", ['"1", "x"', 'W/{}, "1"', '"1", *', "*, {}", '"1" {},', '"a,{}', ",", "x, {}"]
    )
    def test_several_tags_without_the_records_strong_one_are_412(self, record, several):
        refused(record.change(several.format(record.tag())), 412, "precondition_failed")


@pytest.mark.parametrize("kind", ["a contact", "an interaction"])
def test_deleting_is_conditional_too(client, ids, kind):
    record = Record(client, ids, kind)
    stale = record.tag()
    done(record.change("*"))
    refused(client.delete(record.where, headers={"If-Match": stale}), 412)
    tag = record.tag()
    assert client.delete(record.where, headers={"If-Match": tag}).status_code == 204
    refused(client.delete(record.where, headers={"If-Match": tag}), 404)


def test_a_contacts_tag_covers_when_it_was_last_contacted(client, contact):
    path = f"/api/contacts/{contact['id']}"
    tag = client.get(path).headers["etag"]
    interaction = log(client, contact)
    assert client.get(path).headers["etag"] != tag
    refused(client.patch(path, json={"name": "B"}, headers={"If-Match": tag}), 412)
    client.delete(f"/api/interactions/{interaction['id']}")
    assert client.get(path).headers["etag"] == tag
    done(client.patch(path, json={"name": "B"}, headers={"If-Match": tag}))


def test_of_many_with_one_tag_one_gets_through(client, contact):
    interaction = log(client, contact)
    path = f"/api/interactions/{interaction['id']}"
    headers = {"If-Match": client.get(path).headers["etag"]}

    def change(number: int) -> int:
        return client.put(path, json={"notes": str(number)}, headers=headers).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(pool.map(change, range(20)))
    assert statuses == [200] + [412] * 19


def test_an_update_that_changes_nothing_keeps_the_etag(client, contact):
    logged = log(client, contact)
    path = f"/api/interactions/{logged['id']}"
    tag = client.get(path).headers["etag"]
    response = client.put(path, json=logged, headers={"If-Match": tag})
    assert response.headers["etag"] == tag
    refused(client.put(path, json=logged, headers={"If-Match": '"1"'}), 412)


def test_a_request_without_if_match_is_taken(client, contact):
    office.add(client)
    done(client.patch(f"/api/contacts/{contact['id']}", json={"name": "B"}))
