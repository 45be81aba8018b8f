"""Making a cluster takes most of a second; these tests copy one that was made once."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infrastructure.embedded import EmbeddedPostgres


@pytest.fixture(scope="session")
def made_before(make_directory: Callable[[], Path]) -> Path:
    path = make_directory()
    with EmbeddedPostgres(path):
        pass
    (path / "postgres" / "server.log").unlink()
    return path


@pytest.fixture
def data_dir(made_before: Path, make_directory: Callable[[], Path]) -> Iterator[Path]:
    """A data directory that was used before; what runs on it has stopped."""
    path = make_directory()
    subprocess.run(["cp", "-a", f"{made_before}/.", path], check=True)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def empty_dir(make_directory: Callable[[], Path]) -> Path:
    """A data directory for the first time."""
    return make_directory()
