"""A process of the role that is killed at any moment loses nothing and does nothing twice."""

import pytest

from tests.infrastructure.calendars.servers import radicale
from tests.infrastructure.sync.killing import killed

pytestmark = pytest.mark.anyio

ROUNDS = 4


async def test_a_process_killed_at_any_moment_leaves_both_sides_to_agree(opened, tmp_path):
    with radicale(tmp_path) as server:
        assert await killed(opened, server, ROUNDS) == []
