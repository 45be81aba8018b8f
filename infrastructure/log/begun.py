"""Which streams there are already: what an import that is repeated asks most of the time."""

from collections.abc import Iterable

from domain.streams import StreamName
from projections.paging import Fetch

BEGUN = (
    "SELECT originator_id FROM stored_events "
    "WHERE originator_id = ANY(%s::text[]) AND originator_version = 1"
)


async def begun(fetch: Fetch, streams: Iterable[StreamName]) -> set[str]:
    """The names of those that have begun. What is in the log stays in it."""
    return {name for (name,) in await fetch(BEGUN, ([str(stream) for stream in streams],))}
