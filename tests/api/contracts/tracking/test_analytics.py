"""Analytics of the native contract, held against a plain recount of what was logged."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from tests.api.contracts.tracking import office
from tests.api.contracts.tracking.office import NOBODY, add, done, log, read, refused

PATH = "/api/analytics/interactions"
TYPES = ("meeting", "call", "email", "message", "coffee", "lunch", "conference")
SENTIMENTS = ("positive", "neutral", "negative", None)
FIRST = datetime(2024, 1, 30, tzinfo=UTC)


def at(interaction) -> datetime:
    return datetime.fromisoformat(interaction["date"])


class TestAnalytics:
    def test_the_documented_answer(self, client, contact):
        for _ in range(2):
            log(client, contact, interactionType="meeting", date="2024-01-01", duration=20)
        log(client, contact, date="2024-01-09T10:00:00Z", duration=45, sentiment="positive")
        answer = read(client, PATH, startDate="2024-01-01", endDate="2024-01-14", groupBy="week")
        assert answer == {
            "totalInteractions": 3,
            "byType": {"meeting": 2, "call": 1},
            "frequency": {"week1": 2, "week2": 1},
            "averageDuration": 28,
            "buckets": [
                {"key": "week1", "startDate": "2024-01-01", "endDate": "2024-01-07", "count": 2},
                {"key": "week2", "startDate": "2024-01-08", "endDate": "2024-01-14", "count": 1},
            ],
            "sentiment": {"positive": 1, "neutral": 0, "negative": 0},
            "tacticEffectiveness": [],
        }

    def test_of_nothing(self, client):
        answer = read(client, PATH)
        assert (answer["totalInteractions"], answer["byType"], answer["frequency"]) == (0, {}, {})
        assert (answer["averageDuration"], answer["buckets"]) == (None, [])
        answer = read(client, PATH, startDate="2024-01-30", endDate="2024-03-01")
        assert answer["frequency"] == {"month1": 0, "month2": 0, "month3": 0}
        assert [bucket["startDate"] for bucket in answer["buckets"]] == [
            "2024-01-30",
            "2024-02-01",
            "2024-03-01",
        ]

    @pytest.mark.parametrize(("minutes", "average"), [((1, 2), 2), ((1, 1, 2), 1), ((9,), 9)])
    def test_the_average_is_rounded_half_up(self, client, contact, minutes, average):
        log(client, contact)
        for duration in minutes:
            log(client, contact, duration=duration)
        assert read(client, PATH)["averageDuration"] == average

    def test_leaves_out_other_tenants(self, client, contact, stranger):
        log(client, contact)
        assert read(stranger, PATH)["totalInteractions"] == 0
        for name in (contact["id"], contact["number"]):
            assert read(stranger, PATH, contactId=name)["totalInteractions"] == 0

    @pytest.mark.parametrize("nobody", [NOBODY, "00000000-0000-0000-0000-000000000000", 2**62])
    def test_of_a_contact_there_isnt_is_of_nothing(self, client, contact, nobody):
        log(client, contact)
        assert read(client, PATH, contactId=nobody)["totalInteractions"] == 0

    def test_sees_what_was_acknowledged_at_once(self, client, contact):
        for count in range(1, 20):
            log(client, contact)
            assert read(client, PATH)["totalInteractions"] == count

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ({"startDate": "2024-01-02", "endDate": "2024-01-01"}, "/endDate"),
            ({"startDate": "x"}, "/startDate"),
            ({"endDate": "2024-01-01T00:00:00"}, "/endDate"),
            ({"groupBy": "year"}, "/groupBy"),
            ({"groupBy": ""}, "/groupBy"),
            ({"contactId": "x"}, "/contactId"),
        ],
    )
    def test_refuses_what_is_invalid(self, client, query, pointer):
        refused(client.get(PATH, params=query), 422, pointer=pointer)

    @pytest.mark.parametrize("group_by", ["day", "week", "month"])
    @pytest.mark.parametrize(
        ("start", "end"),
        [
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999Z"),
            ("9999-12-31", "9999-12-31"),
            ("9999-12-30", "9999-12-31"),
            ("0001-01-01", "0001-01-01"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ],
    )
    def test_intervals_at_the_ends_of_time_are_answered(
        self, client, contact, start, end, group_by
    ):
        answer = read(client, PATH, startDate=start, endDate=end, groupBy=group_by)
        assert answer["totalInteractions"] == 0
        assert answer["buckets"][-1]["endDate"] >= end[:10]

    def test_a_planned_interaction_counts_once_its_time_has_come(self, client, service, tenant):
        """Only sites plans; it comes into the analytics by itself."""
        site = service.client("/sites", tenant=tenant)
        soon = datetime.now(UTC) + timedelta(hours=1)
        body = {
            "title": "Soon",
            "type": "Meeting",
            "start_datetime": soon.isoformat(),
            "end_datetime": (soon + timedelta(minutes=30)).isoformat(),
            "timezone": "UTC",
            "lead": "Ann",
        }
        response = site.post("/api/interactions", json=body)
        assert response.status_code == 201, response.text
        assert read(client, PATH)["totalInteractions"] == 0
        # An hour passes.
        with psycopg.connect(service.conninfo) as connection:
            connection.execute(
                "UPDATE timeline SET at = at - interval '1 hour 1 second' WHERE tenant = %s",
                (tenant,),
            )
        answer = read(client, PATH)
        assert (answer["totalInteractions"], answer["averageDuration"]) == (1, 30)


class Recount:
    """The expected analytics, counted one interaction at a time."""

    def __init__(self, interactions, since, before, group_by, contact=None):
        chosen = [
            one
            for one in interactions
            if (since is None or at(one) >= since)
            and (before is None or at(one) < before)
            and contact in (None, one["contactId"])
        ]
        self.total = len(chosen)
        self.by_type = Counter(one["interactionType"] for one in chosen)
        self.sentiment = {
            name: sum(one["sentiment"] == name for one in chosen) for name in SENTIMENTS if name
        }
        durations = [one["duration"] for one in chosen if one["duration"] is not None]
        self.average = (
            (2 * sum(durations) + len(durations)) // (2 * len(durations)) if durations else None
        )
        self.days = Counter(at(one).date() for one in chosen)
        self.first: date = since.date() if since else min(self.days, default=date.max)
        self.group_by = group_by

    def bucket(self, day: date) -> int:
        if self.group_by == "day":
            return (day - self.first).days + 1
        if self.group_by == "week":
            return (day - self.first).days // 7 + 1
        return (day.year * 12 + day.month) - (self.first.year * 12 + self.first.month) + 1

    def check(self, answer):
        assert answer["totalInteractions"] == self.total
        assert answer["byType"] == dict(self.by_type)
        assert answer["sentiment"] == self.sentiment
        assert answer["averageDuration"] == self.average
        counts: Counter[str] = Counter()
        for day, count in self.days.items():
            counts[f"{self.group_by}{self.bucket(day)}"] += count
        assert {key: count for key, count in answer["frequency"].items() if count} == dict(counts)
        keys = [f"{self.group_by}{number}" for number in range(1, len(answer["buckets"]) + 1)]
        assert list(answer["frequency"]) == [one["key"] for one in answer["buckets"]] == keys
        for one, following in zip(answer["buckets"], answer["buckets"][1:], strict=False):
            day_after = date.fromisoformat(one["endDate"]) + timedelta(days=1)
            assert following["startDate"] == day_after.isoformat()


@pytest.mark.parametrize("seed", range(4))
def test_any_interval_is_exactly_a_recount_after_any_change(client, seed):
    chance = random.Random(seed)
    contacts = [add(client, name=name) for name in "AB"]

    def anything():
        instant = FIRST + timedelta(seconds=chance.choice([0, 1, chance.randrange(40 * 86_400)]))
        return {
            "date": instant.isoformat(),
            "interactionType": chance.choice(TYPES),
            "duration": chance.choice([None, chance.randrange(1, 200)]),
            "sentiment": chance.choice(SENTIMENTS),
        }

    logged = {}
    for _ in range(25):
        one = log(client, chance.choice(contacts), **anything())
        logged[one["id"]] = one
    for identity in chance.sample(list(logged), 8):
        logged[identity] = done(client.put(f"/api/interactions/{identity}", json=anything()))
    for identity in chance.sample(list(logged), 4):
        assert client.delete(f"/api/interactions/{identity}").status_code == 204
        del logged[identity]
    client.delete(f"/api/contacts/{contacts[0]['id']}")

    for _ in range(25):
        seconds = sorted(chance.randrange(-86_400, 41 * 86_400) for _ in "ab")
        cuts = [FIRST + timedelta(seconds=each) for each in seconds]
        if chance.random() < 0.3:
            cuts = [cut.replace(hour=0, minute=0, second=0) for cut in cuts]
        query, since, before = {}, None, None
        if chance.random() < 0.8:
            since = cuts[0]
            query["startDate"] = since.isoformat()
        if chance.random() < 0.8:
            before = cuts[1] + timedelta(microseconds=1)
            query["endDate"] = cuts[1].isoformat()
        contact = chance.choice([None, contacts[0]["id"], contacts[1]["id"]])
        if contact:
            query["contactId"] = contact
        group_by = query["groupBy"] = chance.choice(["day", "week", "month"])
        answer = read(client, PATH, **query)
        Recount(logged.values(), since, before, group_by, contact).check(answer)


def test_a_participant_counts_an_interaction_as_well(client, contact):
    other = add(client)
    one = log(client, contact, participants=[{"contactId": other["id"]}], duration=10)
    for name in (contact["number"], other["number"]):
        assert read(client, PATH, contactId=name)["totalInteractions"] == 1
    assert read(client, PATH)["totalInteractions"] == 1
    answer = read(client, PATH, contactId=other["id"], endDate=one["date"])
    assert (answer["totalInteractions"], answer["averageDuration"]) == (1, 10)
    done(client.put(f"/api/interactions/{one['id']}", json={"participants": []}))
    assert read(client, PATH, contactId=other["id"])["totalInteractions"] == 0
    assert read(client, PATH)["totalInteractions"] == 1


def test_a_completed_meeting_counts_as_one(client, contact):
    meeting = office.schedule(client, contact)
    done(client.put(f"/api/meetings/{meeting['id']}/complete", json={"duration": 50}))
    answer = read(client, PATH)
    assert answer["byType"] == {"meeting": 1}
    assert answer["averageDuration"] == 50
