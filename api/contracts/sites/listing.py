"""The query of the list: its parameters, filter and pages."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.contracts.sites.types import QueryDate, Term
from api.http.answers import Header
from api.http.call import Call
from api.http.models import upper_bound
from api.http.paging import links
from api.http.problem import invalid
from projections.sites.fields import InteractionType
from projections.sites.queries import SORTS, SiteFilter

MOST_PAGES = 10_000_000


class ListQuery(BaseModel):
    """Texts are looked for anywhere in a field, in upper or lower case. Both bounds of time are
    inclusive; a date as `end_date` includes all of that day (UTC)."""

    search: Term | None = None
    title: Term | None = None
    type: InteractionType | None = None
    lead: Term | None = None
    start_date: QueryDate | None = None
    end_date: QueryDate | None = None
    location: Term | None = None
    page: Annotated[int, Field(ge=1, le=MOST_PAGES)] = 1
    per_page: Annotated[int, Field(ge=1, le=100)] = 25
    sort_by: Literal[tuple(SORTS)] = "start_datetime"  # type: ignore[valid-type]
    sort_direction: Literal["asc", "desc"] = "desc"

    def wanted(self, tenant: str, open_tags: tuple[str, ...]) -> SiteFilter:
        """The filter of the query. Raises a 400 if the bounds are in the wrong order."""
        if self.start_date and self.end_date and self.start_date.at > self.end_date.at:
            detail = "end_date is before start_date."
            raise invalid(("query", "end_date"), "ends_before_start", detail)
        until, excluded = upper_bound(self.end_date)
        return SiteFilter(
            tenant,
            open_tags,
            self.search,
            self.title,
            self.lead,
            self.location,
            self.type,
            self.start_date and self.start_date.at,
            until,
            excluded,
            self.sort_by,
            self.sort_direction == "desc",
        )

    def pagination(self, total: int) -> dict[str, int]:
        return {
            "page": self.page,
            "per_page": self.per_page,
            "total_pages": -(-total // self.per_page),
            "total_records": total,
        }

    def links(self, call: Call, pages: int) -> tuple[Header, ...]:
        """The `Link` header to the pages before and after this one."""

        def beside(page: int) -> dict[str, int] | None:
            return {"page": page, "per_page": self.per_page} if 1 <= page <= pages else None

        return links(call, prev=beside(self.page - 1), next=beside(self.page + 1))
