"""kith with one of its bounds taken away, each of which an attack has to find."""

import re
import sys
from dataclasses import replace
from functools import partial
from types import ModuleType

from psycopg_pool import AsyncConnectionPool

from api import services
from api.cli.main import main as kith
from api.contracts.tracking import interactions
from api.http import ahead, body, connection, query
from api.streams import source, stream
from infrastructure.append import group_commit
from infrastructure.log import reader
from infrastructure.mail import body as mail_body
from infrastructure.outside import parser, wire
from infrastructure.postgres import bounded_queries, tenant_pools
from infrastructure.postgres.bounded_queries import BoundedQueries
from infrastructure.postgres.pool import Pool
from infrastructure.postgres.tenant_pools import TenantPools
from infrastructure.tenant_limiter import TenantLimiter
from infrastructure.webhooks import posting, response
from projections import paging
from projections.analytics import queries as analytics
from projections.timeline.model import TIMELINE
from tests.projections.given import with_content_in_every_row

NEVER = 1 << 60


def _set(module: ModuleType, value: object, *names: str) -> None:
    for name in names:
        setattr(module, name, value)


def heads_without_end() -> None:
    _set(connection, NEVER, "HEAD_BYTES", "HEADERS")


def requests_without_number() -> None:
    _set(ahead, NEVER, "PIPELINED", "AHEAD_FIELDS", "AHEAD_BYTES")


def bodies_without_budget() -> None:
    _set(services, NEVER, "BODIES", "BODIES_OF_A_TENANT")


def answers_without_budget() -> None:
    _set(services, NEVER, "ANSWERS", "ANSWERS_OF_A_TENANT")


def values_without_number() -> None:
    _set(body, NEVER, "MOST_VALUES")


def names_with_backtracking() -> None:
    _set(query, re.compile(r"\s*tags?\s*(?:\[\w*\])?\s*", re.IGNORECASE), "_MEANT")


def canceled_queries_keep_their_connections() -> None:
    type.__setattr__(Pool, "connection", AsyncConnectionPool.connection)


def searches_without_turns() -> None:
    for name, bounded in (("BoundedQueries", BoundedQueries), ("TenantPools", TenantPools)):
        _set(services, partial(bounded, at_once=1_000, at_once_of_a_tenant=1_000), name)


def pages_without_bytes() -> None:
    _set(paging, NEVER, "PAGE_BYTES")
    answers_without_budget()


def streams_without_bytes() -> None:
    _set(source, NEVER, "HELD", "HELD_OF_A_TENANT")
    _set(stream, NEVER, "PIECE_BYTES")


def events_judged_by_their_streams() -> None:
    judging = reader.bounded(reader.SOME.format(condition="true"), NEVER, reader.BY_STREAM)
    _set(reader, judging, "JUDGING")


def answers_without_end() -> None:
    _set(posting, NEVER, "MOST_BYTES", "MOST_PIECES")
    _set(parser, NEVER, "MOST_HEADERS", "MOST_INFORMATIONAL", "MOST_BESIDE")
    _set(wire, NEVER, "PIECE")
    _set(response, 1 << 20, "PIECE")


def batches_without_bytes() -> None:
    """Every participant's row has all content besides."""
    _set(group_commit, NEVER, "MOST_EVENTS", "MOST_BYTES", "LARGEST_JOB", "LARGEST_QUEUE")
    object.__setattr__(TIMELINE, "project", with_content_in_every_row(replace(TIMELINE)))


def anybody_taking_part() -> None:
    async def unchecked(*_: object) -> None:
        """Participants that are no contacts."""

    _set(interactions, unchecked, "check_participants")
    batches_without_bytes()


def mails_without_bounds() -> None:
    _set(mail_body, NEVER, "TEXT_LIMIT")
    batches_without_bytes()


def questions_without_turns() -> None:
    def unlimited(*_: int, patience: float | None, **__: int) -> TenantLimiter:
        return TenantLimiter(1_000, each=1_000, patience=patience)

    _set(bounded_queries, unlimited, "TenantLimiter")
    _set(tenant_pools, unlimited, "TenantLimiter")
    _set(analytics, NEVER, "MOST_BUCKETS")


def main(name: str) -> int:
    """The `kith` command without this bound."""
    getattr(sys.modules[__name__], name)()
    return kith()
