"""The sessions of docs/contracts.md run as they stand."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.contracts.clients.words import NEAREST as CLIENTS
from api.contracts.rapport.mediums import medium_of
from api.contracts.relationships.interaction_schemas import TYPES
from domain.kinds import Kind
from projections.sites.fields import NEAREST
from projections.timeline.shape import NATIVE_WORDS
from tests.api.running import SECRET, Service, running

PAGE = Path(__file__).parents[2] / "docs" / "contracts.md"
PREAMBLE, *SESSIONS = re.findall(r"```sh(?: session)?\n(.*?)```", PAGE.read_text(), re.DOTALL)
NAMES = ("tracking", "rapport", "sites", "relationships", "clients")


@pytest.fixture(scope="module")
def fresh(database: Callable[[], str]) -> Iterator[Service]:
    """A ledger that nobody has used, because the sessions speak of contact 1."""
    with running(database()) as service:
        yield service


@pytest.mark.skipif(shutil.which("curl") is None, reason="the sessions are written with curl")
def test_the_sessions_of_all_contracts_run_as_they_stand_one_after_the_other(fresh: Service):
    env = {
        **os.environ,
        "URL": fresh.url,
        "KITH": str(Path(sys.executable).parent / "kith"),
        "KITH_JWT_SECRET": SECRET,
    }
    assert len(SESSIONS) == len(NAMES)
    for name, session in zip(NAMES, SESSIONS, strict=True):
        script = f"set -euo pipefail\n{PREAMBLE}\n{session}"
        done = subprocess.run(
            ["bash", "-c", script],
            env=env,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"


def test_the_table_of_kinds_is_the_mapping_of_the_code():
    for kind in Kind:
        words = (NATIVE_WORDS[kind], medium_of(kind), NEAREST[kind], TYPES[kind], CLIENTS[kind])
        assert f"| {kind} | {' | '.join(words)} |" in PAGE.read_text()
