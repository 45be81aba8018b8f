import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infrastructure.embedded import EmbeddedPostgresError, development_secret


def test_the_secret_of_a_directory_stays_the_same(empty_dir: Path):
    assert development_secret(empty_dir) == development_secret(empty_dir)


def test_every_directory_has_its_own_secret(empty_dir: Path):
    assert development_secret(empty_dir / "one") != development_secret(empty_dir / "two")


def test_the_secret_is_long_and_nobody_elses(empty_dir: Path):
    assert len(bytes.fromhex(development_secret(empty_dir))) == 32
    assert stat.S_IMODE((empty_dir / "jwt-secret").stat().st_mode) == 0o600


def test_concurrent_first_readers_get_the_same_secret(empty_dir: Path):
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(development_secret, [empty_dir / "new"] * 32))) == 1
    assert [path.name for path in (empty_dir / "new").iterdir()] == ["jwt-secret"]


def test_a_secret_that_is_too_short_is_refused(empty_dir: Path):
    (empty_dir / "jwt-secret").write_text("abc\n")
    with pytest.raises(EmbeddedPostgresError, match="too short"):
        development_secret(empty_dir)
