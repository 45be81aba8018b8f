"""Which buckets the analytics give: the empty ones too, as long as all of them can be given."""

from datetime import date

import pytest

from projections.analytics import queries as analytics
from tests.api.contracts.tracking.office import log, read, refused

PATH = "/api/analytics/interactions"


@pytest.mark.parametrize("group_by", ["day", "week", "month"])
@pytest.mark.parametrize("mistyped", ["0206-01-31", "0001-01-01"])
def test_a_mistyped_year_leaves_out_the_empty_buckets(client, contact, mistyped, group_by):
    log(client, contact, date=mistyped)
    log(client, contact, date="2026-01-01")
    answer = read(client, PATH, groupBy=group_by)
    assert answer["totalInteractions"] == 2
    far, near = answer["buckets"]
    assert (far["key"], far["startDate"], far["count"]) == (f"{group_by}1", mistyped, 1)
    assert near["startDate"] <= "2026-01-01" <= near["endDate"]
    assert answer["frequency"] == {far["key"]: 1, near["key"]: 1}
    first = date.fromisoformat(mistyped)
    passed = (date.fromisoformat(near["startDate"]) - first).days
    months = (2026 - first.year) * 12 + 1 - first.month
    number = {"day": passed, "week": passed // 7, "month": months}[group_by] + 1
    assert near["key"] == f"{group_by}{number}"


def test_all_of_time_may_be_asked_for(client, contact):
    log(client, contact, date="2026-01-01")
    answer = read(client, PATH, startDate="0001-01-01", endDate="9999-12-31", groupBy="day")
    assert [bucket["startDate"] for bucket in answer["buckets"]] == ["2026-01-01"]


def test_too_many_buckets_with_something_in_them_are_refused(client, contact, monkeypatch):
    monkeypatch.setattr(analytics, "MOST_BUCKETS", 2)
    for day in ("2026-01-01", "2026-01-05"):
        log(client, contact, date=day)
    assert len(read(client, PATH, groupBy="day")["buckets"]) == 2
    log(client, contact, date="2026-01-09")
    refusal = client.get(PATH, params={"groupBy": "day"})
    refused(refusal, 422, code="too_many_buckets", pointer="/groupBy")
    assert len(read(client, PATH, groupBy="week")["buckets"]) == 2


def test_days_are_summed_before_they_are_read(client, contact, monkeypatch):
    of, read_at_once = analytics.analytics, list[int]()

    async def counting(fetch, period):
        async def counted(sql, parameters):
            rows = await fetch(sql, parameters)
            read_at_once.append(len(rows))
            return rows

        return await of(counted, period)

    monkeypatch.setattr(analytics, "analytics", counting)
    for hour in range(5):
        log(client, contact, date=f"2026-01-01T0{hour}:00:00Z")
        log(client, contact, date=f"2026-01-{hour + 10}")
    answer = read(client, PATH, startDate="2026-01-01T01:00:00Z", groupBy="month")
    assert answer["frequency"] == {"month1": 9}
    assert read_at_once[0] == 2, "a kind, and a month"
