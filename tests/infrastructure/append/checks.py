"""Invariants of the log, checked over all of its events."""

from itertools import pairwise

import psycopg
from pydantic_core import from_json

ALL = (
    "SELECT notification_id, originator_id, originator_version, convert_from(state, 'UTF8') "
    "FROM stored_events ORDER BY notification_id"
)


def check_log(conninfo: str) -> list[tuple[str, int]]:
    """Positions without a gap, versions in order, times never going back, ids once, and the
    commits in step with all that. Returns the streams and versions in their order."""
    with psycopg.connect(conninfo) as connection:
        rows = connection.execute(ALL).fetchall()
        commits = connection.execute(
            "SELECT position, recorded_at FROM commits ORDER BY position"
        ).fetchall()
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    heads: dict[str, int] = {}
    for _, stream, version, _ in rows:
        assert version == heads.get(stream, 0) + 1
        heads[stream] = version
    envelopes = [from_json(state) for *_, state in rows]
    assert len({envelope["id"] for envelope in envelopes}) == len(envelopes)
    times = [envelope["time"] for envelope in envelopes]
    assert all(_instant(earlier) <= _instant(later) for earlier, later in pairwise(times))
    _check_commits(commits, times)
    return [(stream, version) for _, stream, version, _ in rows]


def _check_commits(commits, times: list[str]) -> None:
    """Each commit ends at its position, and its events carry its time."""
    start = 0
    for position, recorded_at in commits:
        assert position > start
        assert {_instant(time) for time in times[start:position]} == {recorded_at}
        start = position
    assert start == len(times)


def _instant(text: str):
    from datetime import datetime

    return datetime.fromisoformat(text)
