"""Analytics of the native contract (the tracking document)."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic_core import to_json

from api.contracts.tracking import lists
from api.contracts.tracking.dialect import TRACKING
from api.contracts.tracking.types import Query as QueryModel
from api.contracts.tracking.types import QueryDate
from api.http.answers import Content
from api.http.call import Call
from api.http.models import Shown
from api.http.problem import invalid
from api.http.route import needs
from api.http.router import ContractRouter
from projections.analytics import queries as analytics
from projections.analytics.sums import ACTIVITY, TACTIC_USE
from projections.catalogue.tactics import TacticRow, named

router = ContractRouter(TRACKING, "Analytics")


class AnalyticsQuery(QueryModel):
    """All time by month, unless said otherwise. Bounds are inclusive."""

    start_date: QueryDate | None = None
    end_date: QueryDate | None = None
    group_by: Literal["day", "week", "month"] = "month"
    contact_id: str | None = None


class BucketShown(Shown):
    """One entry of `frequency` with its real dates, both inclusive."""

    key: str
    startDate: str
    endDate: str
    count: int


class TacticUseShown(Shown):
    """`name` is what it is called today; the average, from 1 to 5, is of the uses with a score."""

    tacticId: UUID
    name: str | None
    uses: int
    averageEffectiveness: float | None


class AnalyticsShown(Shown):
    """`week1` (`day1`, `month1`) counts from `startDate`, else from the first interaction. Buckets
    without anything in them are there as well, unless that makes more than 5,000: then only those
    with something in them are, under the same names."""

    totalInteractions: int
    byType: dict[str, int]
    frequency: dict[str, int]
    averageDuration: int | None
    buckets: list[BucketShown]
    sentiment: dict[str, int]
    tacticEffectiveness: list[TacticUseShown]


@router.on("GET /api/analytics/interactions", needs("view_contacts"), AnalyticsShown, errors=(422,))
async def interactions(call: Call, query: Annotated[AnalyticsQuery, Query()]) -> Content:
    """How many interactions, of which kind, how often and how long"""
    contact = await lists.of_contact(call, query.contact_id)
    since, until, excluded = lists.period(query.start_date, query.end_date)
    models = (ACTIVITY.name, TACTIC_USE.name)
    await call.services.caught_up(models, call.tenant)
    before = lists.before(until, excluded)
    period = analytics.Period(call.tenant, contact, since, before, query.group_by)
    try:
        found = await analytics.analytics(call.fetch, period)
    except analytics.TooManyBuckets as error:
        raise invalid(("query", "groupBy"), "too_many_buckets", str(error)) from None
    known = await named(call.fetch, call.tenant, [use.tactic_id for use in found.tactics])
    return Content(to_json(_shown(found, known)))


def _shown(found: analytics.Analytics, known: dict[UUID, TacticRow]) -> dict[str, Any]:
    return {
        "totalInteractions": found.total,
        "byType": {kind: count for kind, count in found.by_type.most_common() if count},
        "frequency": {key: count for key, _, _, count in found.buckets},
        "averageDuration": found.average_minutes,
        "buckets": [
            {"key": key, "startDate": start, "endDate": end, "count": count}
            for key, start, end, count in found.buckets
        ],
        "sentiment": {name: found.sentiment[name] for name in ("positive", "neutral", "negative")},
        "tacticEffectiveness": [
            {
                "tacticId": use.tactic_id,
                "name": row.name if (row := known.get(use.tactic_id)) else None,
                "uses": use.uses,
                "averageEffectiveness": use.average,
            }
            for use in found.tactics
        ],
    }
