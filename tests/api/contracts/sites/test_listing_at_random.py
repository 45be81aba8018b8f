"""Any list of any records, against a filter in plain Python over what a site sees of each."""

import random
from datetime import datetime
from typing import Any

import pytest
from pydantic_core import from_json

from domain.kinds import Kind
from domain.record import FollowUp, Labels, People, Place, Record, Said, When
from projections.case_folding import fold
from projections.sites.fields import fields_of
from projections.sites.queries import LONGEST_SORTED, SORTS
from tests.api.contracts.sites.office import MEETING, PATH, TRUSTED, Office
from tests.api.restricted import write
from tests.domain.samples import NOW

WORDS = (
    "alpha Beta GAMMA delta Straße strasse Łódź e\u0301té été İstanbul 100% a_b \\o/ x 日本 🙂 "
    "Σίσυφος"
).split()
ROUNDS = 120
RECORDS = 60


def some(chance: random.Random, most: int) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(1, most)))


def maybe(chance: random.Random, most: int) -> str | None:
    return some(chance, most) if chance.random() < 0.6 else None


def foreign(chance: random.Random) -> Record:
    """A record as another contract may have left it, half of them restricted."""
    day = chance.randint(1, 28)
    return Record(
        kind=chance.choice(list(Kind)),
        word=chance.choice([None, "coffee", "Call", "Zoom"]),
        when=When(
            at=NOW.replace(year=2023, month=chance.randint(1, 3), day=day),
            duration=chance.choice([None, 0, 90, 3600]),
        ),
        said=Said(subject=maybe(chance, 2), description=maybe(chance, 4), notes=maybe(chance, 4)),
        place=Place(location=maybe(chance, 2)),
        follow_up=FollowUp(notes="secret"),
        people=People(lead=maybe(chance, 2)),
        labels=Labels(restricted=("immigration",) if chance.random() < 0.5 else ()),
    )


def own(chance: random.Random) -> dict[str, Any]:
    month, day = chance.randint(1, 3), chance.randint(1, 28)
    return MEETING | {
        "title": some(chance, 3),
        "type": chance.choice(["Meeting", "Call", "Review"]),
        "lead": some(chance, 2),
        "start_datetime": f"2023-{month:02}-{day:02}T10:00:00Z",
        "timezone": chance.choice(["UTC", "Europe/Berlin"]),
        "end_datetime": None,
        "location": maybe(chance, 2),
        "description": maybe(chance, 6),
        "notes": maybe(chance, 6),
    }


def query(chance: random.Random) -> dict[str, Any]:
    """A filter of some of the parameters, in an order of some kind."""
    wanted: dict[str, Any] = {}
    for name in ("search", "title", "lead", "location"):
        if chance.random() < 0.25:
            text = some(chance, 2)
            start = chance.randrange(len(text))
            wanted[name] = text[start : start + chance.randint(1, 8)].swapcase()
    if chance.random() < 0.3:
        wanted["type"] = chance.choice(["Meeting", "Call", "Email", "Update"])
    days = sorted(f"2023-{chance.randint(1, 3):02}-{chance.randint(1, 28):02}" for _ in range(2))
    bounds = zip(("start_date", "end_date"), days, strict=True)
    wanted |= {name: day for name, day in bounds if chance.random() < 0.3}
    if chance.random() < 0.8:
        wanted["sort_by"] = chance.choice(list(SORTS))
    if chance.random() < 0.6:
        wanted["sort_direction"] = chance.choice(["asc", "desc"])
    return wanted


TEXTS = ("title", "type", "lead", "timezone", "location", "description", "notes")


def matches(shown: dict[str, Any], wanted: dict[str, Any]) -> bool:
    def found(term: str, names: tuple[str, ...]) -> bool:
        return any(fold(term) in fold(shown[name] or "") for name in names)

    day = shown["start_datetime"][:10]
    return (
        ("search" not in wanted or found(wanted["search"], TEXTS))
        and all(
            name not in wanted or found(wanted[name], (name,))
            for name in ("title", "lead", "location")
        )
        and wanted.get("type", shown["type"]) == shown["type"]
        and wanted.get("start_date", day) <= day <= wanted.get("end_date", day)
    )


def in_order(rows: list[dict[str, Any]], wanted: dict[str, Any]) -> list[int]:
    name = wanted.get("sort_by", "start_datetime")
    descending = wanted.get("sort_direction", "desc") == "desc"

    def key(shown: dict[str, Any]) -> Any:
        value = shown[name]
        if name.endswith(("_at", "_datetime")):
            return datetime.fromisoformat(value)
        return fold(value)[:LONGEST_SORTED] if name in TEXTS and name != "type" else value

    rows = sorted(rows, key=lambda shown: shown["id"], reverse=descending)
    having = [shown for shown in rows if shown[name] not in (None, "")]
    lacking = [shown for shown in rows if shown[name] in (None, "")]
    return [row["id"] for row in [*sorted(having, key=key, reverse=descending), *lacking]]


@pytest.fixture
def rows(office: Office) -> dict[str, list[dict[str, Any]]]:
    """The site's list of many records, for a caller who opened the tag and for one who didn't."""
    chance = random.Random(7)
    for _ in range(RECORDS):
        if chance.random() < 0.5:
            write(office.service, office.site, foreign(chance))
        else:
            office.create(**own(chance))
    (first, *_) = office.found(per_page=1)
    assert office.worker.delete(f"{PATH}/{first}").status_code == 200
    for number in office.found(per_page=5):
        office.worker.put(f"{PATH}/{number}", json={"lead": "Delta Łódź"})
    return {name: shown(office, tags) for name, tags in (("open", "immigration"), ("closed", ""))}


def shown(office: Office, tags: str) -> list[dict[str, Any]]:
    query = {"tags": tags} if tags else {}
    client = office.service.client(tenant=office.site, permissions=TRUSTED)
    items = client.get("/api/interactions", params={"pageSize": 100}).json()["items"]
    assert len(items) == RECORDS - 1
    documents = [from_json(client.get(path(one), params=query).text) for one in items]
    return [vars(fields_of(document, int(office.site))) for document in documents]


def path(native: dict[str, Any]) -> str:
    return f"/api/interactions/{native['id']}"


@pytest.mark.parametrize("who", ["open", "closed"])
def test_a_list_is_what_a_plain_filter_finds(office: Office, rows, who: str):
    chance = random.Random(11)
    client = office.caller(*TRUSTED)
    opened = {"tags": "immigration"} if who == "open" else {}
    hits = 0
    for _ in range(ROUNDS):
        wanted = query(chance)
        expected = in_order([one for one in rows[who] if matches(one, wanted)], wanted)
        response = client.get(PATH, params={"per_page": 100, **wanted, **opened})
        assert response.status_code == 200, (wanted, response.text)
        body = response.json()
        assert [one["id"] for one in body["data"]["interactions"]] == expected, wanted
        assert body["meta"]["pagination"]["total_records"] == len(expected), wanted
        hits += bool(expected) and len(expected) < RECORDS - 1
    assert hits > ROUNDS / 4
