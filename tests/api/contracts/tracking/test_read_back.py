"""A document that was read can be sent back, and changes nothing."""

import json
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.record import Record
from tests.api.contracts.tracking.office import done, read
from tests.api.restricted import write
from tests.domain import anything

over_http = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # over HTTP, looking for a smaller example takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
names = words.filter(str.strip)
HERE = "the contact"
"""Stands for a contact's id."""


def storable(record: Record) -> bool:
    return "\\u0000" not in record.model_dump_json()


@over_http
@given(record=anything.records().filter(storable), restricted=st.booleans())
def test_an_interaction_of_any_contract(service, tenant, record: Record, restricted: bool):
    labels = record.labels if restricted else record.labels.model_copy(update={"restricted": ()})
    record = record.model_copy(update={"labels": labels})
    client = service.client(tenant=tenant)
    path = f"/api/interactions/{write(service, tenant, record)}"
    shown = read(client, path)
    events = service.count_events(tenant)
    assert done(client.put(path, json=shown)) == shown
    assert service.count_events(tenant) == events


@over_http
@given(
    body=st.fixed_dictionaries(
        {"date": st.sampled_from(["2024-01-01", "2024-01-01T10:00:00.123456+05:30"])},
        optional={
            "interactionType": st.sampled_from([None, "meeting", "call", "conference"]),
            "duration": st.none() | st.integers(1, 527_040),
            "location": st.none() | words,
            "medium": st.none() | words,
            "topicsDiscussed": st.none() | st.lists(words, max_size=3),
            "notes": st.none() | words,
            "sentiment": st.sampled_from([None, "positive", "neutral", "negative"]),
            "followUpNeeded": st.sampled_from([None, True, False]),
            "followUpNotes": st.none() | words,
            "participants": st.none()
            | st.lists(
                words
                | st.fixed_dictionaries(
                    {},
                    optional={
                        "name": st.none() | words,
                        "email": st.none() | words,
                        "contactId": st.sampled_from([None, HERE]),
                    },
                ),
                max_size=3,
            ),
            "tags": st.none() | st.lists(names, max_size=3),
        },
    )
)
def test_an_interaction_logged_here(service, tenant, body: dict[str, Any]):
    client = service.client(tenant=tenant)
    found = read(client, "/api/contacts")["items"]
    contact = found[0] if found else done(client.post("/api/contacts", json={"name": "A"}), 201)
    text = json.dumps(body | {"contactId": HERE}).replace(HERE, contact["id"])
    logged = done(client.post("/api/interactions", content=text), 201)
    for key in body.keys() - {"date", "interactionType", "participants", "tags"}:
        expected = [] if key == "topicsDiscussed" and body[key] is None else body[key]
        assert logged[key] == expected
    path = f"/api/interactions/{logged['id']}"
    events = service.count_events(tenant)
    assert read(client, path) == logged
    assert done(client.put(path, json=logged)) == logged
    assert service.count_events(tenant) == events


@over_http
@given(
    body=st.fixed_dictionaries(
        {"name": names},
        optional={
            "email": st.none() | anything.addresses,
            **{key: st.none() | words for key in ("phone", "company", "title")},
            "tags": st.none() | st.lists(names, max_size=3),
        },
    )
)
def test_a_contact(service, tenant, body: dict[str, Any]):
    client = service.client(tenant=tenant)
    added = done(client.post("/api/contacts", json=body), 201)
    path = f"/api/contacts/{added['number']}"
    events = service.count_events(tenant)
    assert read(client, path) == done(client.patch(path, json=added)) == added
    assert read(client, "/api/contacts", search=body["name"][:200])["totalCount"] >= 1
    assert service.count_events(tenant) == events
