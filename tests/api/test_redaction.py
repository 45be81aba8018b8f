"""Restricted content is found nowhere: in no route of any contract, and in no export.

Every route is asked by a caller who sees no restricted tag, and by one who opens the tag.
"""

import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from api.transfer.export import Export
from domain.record import Said, When
from domain.redaction import HIDDEN
from infrastructure.postgres.snapshot import snapshot
from tests.api.every_route import Route, routes
from tests.api.planted import (
    AT,
    ENCOUNTER,
    MEETING,
    NUMBERS,
    OUTCOME,
    SECRET,
    TEXTS,
    Planted,
    is_redacted,
    sent,
    sentence,
    told,
)
from tests.api.restricted import log_restricted
from tests.api.running import Service as Running
from tests.api.streaming import STREAM, ask

HARMLESS = "nobody ever wrote this"
TERMS = tuple(
    sentence(about)
    for about in (
        *("subject", "description", "notes", "outcome", "topics", "follow-up", "action"),
        *("non-verbal", "encounter", "covered", "outcomes"),
    )
)
GUESSES = [(term, HARMLESS) for term in (*TERMS, "xyzzy")] + [("positive", "neutral")]
"""Pairs of a search for restricted content, and a harmless one that has to find as much."""


def test_the_secret_record_fills_every_hidden_field():
    for part, (empty, leaves) in HIDDEN.items():
        for leaf in leaves:
            assert getattr(getattr(SECRET, part), leaf) != getattr(empty, leaf), f"{part}.{leaf}"


@pytest.fixture
def planted(service: Running, tenant: str) -> Planted:
    made = Planted(service, tenant)
    made.plant()
    return made


READING = [route for route in routes() if route.method == "GET"]
WRITING = [route for route in routes() if route.method not in ("GET", "DELETE")]
DELETING = [route for route in routes() if route.method == "DELETE"]
CONTRACTS = {route.contract for route in routes()}


def nothing_is_told(planted: Planted, walked: list[Route]) -> dict[Route, list[str]]:
    """Call every route with everything there is; where each showed something redacted."""
    shown: dict[Route, list[str]] = {route: [] for route in walked}
    unreached = []
    with planted.blind as blind:
        for route in walked:
            reached = False
            for address in route.addresses(planted.ids):
                body: dict[str, Any] = {} if route.method in ("GET", "DELETE") else {"json": {}}
                response = ask(blind, route.method, address, **body)
                assert response.status_code < 500, f"{route}: {response.text}"
                assert told(response) == [], f"{route}: {response.text}"
                reached = reached or response.is_success
                if is_redacted(response):
                    shown[route].append(address)
            if not reached:
                unreached.append(str(route))
    if walked is READING:
        assert unreached == [], "nothing planted is found there; plant something"
    return shown


def test_no_route_of_any_contract_discloses_hidden_text(planted: Planted):
    shown = [route for route, found in nothing_is_told(planted, READING).items() if found]
    assert {route.contract for route in shown} == CONTRACTS
    assert {"/api/events", STREAM} <= {route.path for route in shown}


def test_every_route_that_redacts_opens_the_record_to_its_tag(planted: Planted):
    """Wherever it is shown, `?tags=` opens it for who has the permission, and is 403 for others."""
    tags = {"tags": "immigration"}
    for route, addresses in nothing_is_told(planted, READING).items():
        for address in addresses:
            opened = ask(planted.trusted, "GET", address, params=tags)
            assert opened.status_code == 200, f"{route}: {opened.text}"
            assert not is_redacted(opened), f"{route}: {opened.text}"
            assert told(opened), f"{route}: {opened.text}"
            refused = ask(planted.blind, "GET", address, params=tags)
            assert told(refused) == []
            assert refused.status_code == 403 or "tags" in route.query, f"{route}: {refused.text}"


def test_a_trusted_caller_sees_a_redacted_record_without_naming_its_tag(planted: Planted):
    for route, addresses in nothing_is_told(planted, READING).items():
        for address in addresses:
            assert told(ask(planted.trusted, "GET", address)) == [], str(route)


def test_no_search_finds_or_counts_hidden_text(planted: Planted):
    """Restricted content is found as little as content that was never written."""
    with planted.blind as blind:
        asked = 0
        for route in READING:
            for name in route.query:
                for address in route.addresses(planted.ids[:2]):
                    for term, harmless in GUESSES:
                        found, other = (
                            ask(blind, "GET", address, params={name: text})
                            for text in (term, harmless)
                        )
                        assert found.status_code == other.status_code, f"{route} {name}"
                        if found.is_success:
                            asked += 1
                            same = found.text.replace(term, harmless)
                            assert same == other.text, f"{route}?{name}={term}: {found.text}"
        assert asked > len(GUESSES)


def test_a_caller_who_opens_the_tag_finds_the_hidden_text(planted: Planted):
    tags = {"tags": "immigration", "search": sentence("description")}
    for address in ("/api/interactions", "/sites/api/interactions"):
        found = planted.trusted.get(address, params=tags)
        assert "xyzzy" in found.text, found.text


def test_no_write_discloses_or_destroys_hidden_text(planted: Planted):
    """Every other route with nothing in its body, by somebody who sees nothing of it."""
    before = everything(planted)
    nothing_is_told(planted, WRITING)
    assert everything(planted) == before


def test_a_redacted_read_sent_back_loses_nothing(planted: Planted):
    """Through every contract that updates. A meeting that is over can't be changed at all."""
    before, sent_back = everything(planted), set()
    for route in WRITING:
        if route.method not in ("PUT", "PATCH") or "meetings" in route.path:
            continue
        for address in route.addresses(planted.ids):
            seen = planted.blind.get(address)
            if seen.is_success and is_redacted(seen):
                answer = seen.json()
                body = answer.get("data", {}).get("interaction", answer)
                response = planted.blind.request(route.method, address, json=body)
                assert response.is_success, f"{route}: {response.text}"
                assert told(response) == [], str(route)
                sent_back.add(route.contract)
    assert sent_back == {"tracking", "clients", "sites"}
    assert everything(planted) == before


@pytest.mark.parametrize("sort_by", ["title", "description", "notes", "end_datetime", "type"])
def test_no_order_discloses_hidden_text(service: Running, tenant: str, sort_by: str):
    orders = []
    for site, texts in ((tenant, ("aaa", "zzz")), (f"{tenant}1", ("zzz", "aaa"))):
        made = Planted(service, site)
        contact = sent(made.trusted.post("/api/contacts", json={"name": "Ann Lee"}))["id"]
        ids = []
        for text in texts:
            said = Said(subject=text, description=text, notes=text)
            when = When(at=AT, ends_at=AT + timedelta(days=1 if text == "aaa" else 2))
            secret = SECRET.model_copy(update={"said": said, "when": when})
            ids.append(log_restricted(service, site, contact, secret, "immigration"))
        numbers = [sent(made.trusted.get(f"/api/interactions/{each}"))["number"] for each in ids]
        query = {"sort_by": sort_by, "sort_direction": "asc"}
        found = sent(made.blind.get("/sites/api/interactions", params=query))
        listed = [one["id"] for one in found["data"]["interactions"]]
        orders.append([numbers.index(number) for number in listed])
    assert orders[0] == orders[1]


def test_a_deleted_record_discloses_nothing(planted: Planted):
    """A meeting outlives the interaction that was logged with it."""
    for identity in planted.ids[2:7]:
        planted.blind.delete(f"/api/interactions/{identity}")
    with planted.blind as blind:
        for route in READING:
            for address in route.addresses(planted.ids):
                assert told(ask(blind, "GET", address)) == [], str(route)


def test_the_outcome_of_a_redacted_meeting_cant_be_guessed(planted: Planted):
    meeting = f"/api/meetings/{planted.ids[4]}"
    assert planted.blind.get(meeting).json()["redacted"] is True
    assert planted.blind.put(meeting, json=MEETING).status_code == 403
    assert planted.blind.put(f"{meeting}/complete", json=OUTCOME).status_code == 403
    tags = {"tags": "immigration"}
    opened = planted.trusted.put(f"{meeting}/complete", json=OUTCOME, params=tags)
    assert opened.json()["outcomes"] == OUTCOME["outcomes"]


def test_sums_leave_out_restricted_records(planted: Planted):
    for contact in ({}, {"contactId": planted.contact()}):
        answer = planted.blind.get("/api/analytics/interactions", params=contact).json()
        assert answer["totalInteractions"] == 3
        assert answer["averageDuration"] is None
        assert answer["sentiment"] == {"positive": 0, "neutral": 0, "negative": 0}
        assert answer["tacticEffectiveness"] == []


def test_sums_leave_out_records_restricted_later(service: Running, tenant: str):
    made = Planted(service, tenant)
    contact = sent(made.trusted.post("/api/contacts", json={"name": "Ann Lee"}))
    body = {"contactId": contact["id"], "date": "2003-04-05T06:07:08Z", "duration": 90}
    logged = sent(made.trusted.post("/api/interactions", json=body | {"sentiment": "positive"}))
    address = "/api/analytics/interactions"
    assert made.blind.get(address).json()["averageDuration"] == 90
    path = f"/api/clients/{contact['number']}/interactions/{logged['id']}?tags=immigration"
    sent(made.trusted.patch(path, json={}))
    answer = made.blind.get(address).json()
    assert (answer["totalInteractions"], answer["averageDuration"]) == (1, None)
    assert answer["sentiment"]["positive"] == 0


def test_an_answer_kept_under_a_key_is_refused_to_others(planted: Planted):
    path = f"/api/clients/{planted.ids[1]}/interactions"
    key = {"Idempotency-Key": "once"}
    open_path = f"{path}?tags=immigration"
    first = planted.trusted.post(open_path, json=ENCOUNTER, headers=key)
    assert planted.trusted.post(open_path, json=ENCOUNTER, headers=key).json() == first.json()
    for address, status in ((path, 422), (open_path, 403)):
        again = planted.blind.post(address, json=ENCOUNTER, headers=key)
        assert (again.status_code, told(again)) == (status, [])


def export(planted: Planted, *options: str) -> str:
    program = "import sys; from api.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "export", "ndjson", "--tenant", planted.tenant]
    environment = os.environ | {"KITH_DATABASE_URL": planted.service.conninfo}
    done = subprocess.run(
        [*command, *options], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def everything(planted: Planted) -> list[bytes]:
    """The open export of the interactions and the meeting."""
    with snapshot(planted.service.conninfo) as moment:
        lines = list(Export(moment, planted.tenant, ["immigration"]).lines())
    return [line for line in lines if b'"type":"contact"' not in line]


def test_an_export_discloses_nothing_unless_tags_are_opened(planted: Planted):
    closed, opened = export(planted), export(planted, "--tags", "immigration")
    assert not [text for text in TEXTS if text in closed]
    assert not [number for number in NUMBERS if f":{number}" in closed]
    assert closed.count('"redacted":true') == 4
    for term in (*TERMS, sentence("purpose"), sentence("answer"), sentence("message")):
        assert term in opened
