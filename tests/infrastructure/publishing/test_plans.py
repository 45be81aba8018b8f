"""However the log is asked, an index leads straight to the answer: nothing is read and left out."""

from uuid import UUID

import psycopg
import pytest
from psycopg import RawCursor

from infrastructure.log import tenant_pages
from infrastructure.log.reader import (
    BEFORE,
    END,
    JUDGING,
    OF_TYPE,
    TENANTS_AFTER,
    UPTO,
    tenant_head,
)
from infrastructure.webhooks.replaying import plan
from tests.infrastructure.projecting.support import Ledger

pytestmark = pytest.mark.anyio

FILL = """
INSERT INTO stored_events
    (originator_id, originator_version, topic, state, notification_id)
SELECT CASE WHEN i % 2 = 0 AND i < 10000 THEN 'big' ELSE 'tenant' || i % 50 END
        || '/interaction/' || md5(i::text)::uuid, 1,
    CASE WHEN i % 1000 = 0 THEN 'rare' ELSE 'common' END, convert_to(repeat('x', 300), 'UTF8'), i
FROM generate_series(1, 20000) i
"""
SUBJECT = "big/interaction/c4ca4238-a0b9-2382-0dcc-509a6f75849b"


@pytest.fixture
def filled(opened: Ledger) -> str:
    """A tenant with half of everything, which has been quiet for the second half of the log."""
    with psycopg.connect(opened.conninfo, autocommit=True) as connection:
        connection.execute(FILL)
        connection.execute("VACUUM ANALYZE stored_events")
    return opened.conninfo


@pytest.mark.parametrize(
    ("asked", "parameters", "index"),
    [
        (tenant_pages.ALL, ["big", 0], "stored_events_tenant_idx"),
        (tenant_pages.ALL, ["big", 10_000], "stored_events_tenant_idx"),
        (tenant_pages.ALL, ["nobody", 0], "stored_events_tenant_idx"),
        (tenant_pages.OF_TYPES, ["big", 0, ["rare", "none"]], "stored_events_type_idx"),
        (tenant_pages.OF_TYPES, ["big", 10_000, ["common"]], "stored_events_type_idx"),
        (tenant_pages.OF_SUBJECT, [SUBJECT, 0, None], "stored_events_pkey"),
        (tenant_head("$1"), ["big"], "stored_events_tenant_idx"),
        (JUDGING, ["", 0, [SUBJECT]], "stored_events_judging_idx"),
        (OF_TYPE, ["", 0, [SUBJECT], ["common"]], "stored_events_pkey"),
        (UPTO, ["", 0, [SUBJECT], END], "stored_events_pkey"),
        (BEFORE, ["", 0, f'[{{"stream":"{SUBJECT}","version":2}}]'], "stored_events_pkey"),
        (TENANTS_AFTER, [19_990], "stored_events_notification_id_idx"),
    ],
)
async def test_an_index_leads_straight_to_the_answer(filled: str, asked, parameters, index: str):
    with psycopg.connect(filled, autocommit=True) as connection:
        sql = f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {asked.format(limit=100)}"
        cursor = RawCursor(connection).execute(sql.encode(), parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"using {index}" in plan, plan
    assert "Rows Removed by Filter" not in plan, plan
    assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize(
    ("types", "index"),
    [
        ([], "stored_events_tenant_idx"),
        (["rare", "none"], "stored_events_type_idx"),
        (["none"], "stored_events_type_idx"),
        (["common"], "stored_events_type_idx"),
    ],
)
async def test_a_replay_reads_what_it_plans_and_nothing_else(filled: str, types, index: str):
    asked = ["big", 10_000, END, UUID(int=1), *([types] if types else [])]
    with psycopg.connect(filled, autocommit=True) as connection:
        sql = f"EXPLAIN (ANALYZE, COSTS OFF) {plan(bool(types), 100)}"
        cursor = RawCursor(connection).execute(sql.encode(), asked)
        found = "\n".join(line for (line,) in cursor.fetchall())
    assert f"using {index}" in found, found
    assert "Rows Removed by Filter" not in found, found
    assert "Seq Scan" not in found, found
