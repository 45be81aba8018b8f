"""The keys of a process: those that are set, and the file beside the embedded database."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infrastructure.embedded import EmbeddedPostgresError
from infrastructure.sealing.key_source import FILE, keys_of
from infrastructure.settings import Settings
from infrastructure.settings_values import SettingsError

PLACE = ("1", "webhook/7", "secret")
SET = (("set", bytes(32)),)


def test_a_database_of_ones_own_has_the_keys_that_are_set(data_dir: Path):
    settings = Settings(data_dir, database_url="postgresql://db/kith")
    assert not keys_of(settings)
    assert list(data_dir.iterdir()) == []


def test_the_embedded_database_has_a_key_in_a_file_that_nobody_else_reads(data_dir: Path):
    sealed = keys_of(Settings(data_dir)).seal("whsec_1", *PLACE)
    assert keys_of(Settings(data_dir)).open(sealed, *PLACE) == "whsec_1"
    assert stat.S_IMODE((data_dir / FILE).stat().st_mode) == 0o600
    assert [path.name for path in data_dir.iterdir()] == [FILE]


def test_processes_that_start_together_have_one_key(data_dir: Path):
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(keys_of, [Settings(data_dir / "new")] * 32))
    sealed = keys[0].seal("whsec_1", *PLACE)
    assert {each.open(sealed, *PLACE) for each in keys} == {"whsec_1"}


def test_a_value_of_the_file_opens_beside_the_keys_that_are_set(data_dir: Path):
    before = keys_of(Settings(data_dir)).seal("whsec_1", *PLACE)
    after = keys_of(Settings(data_dir, secret_keys=SET))
    assert after.prefix == "sealed:set:"
    assert after.open(before, *PLACE) == "whsec_1"


def test_keys_that_are_set_need_no_file(data_dir: Path):
    assert keys_of(Settings(data_dir / "new", secret_keys=SET)).prefix == "sealed:set:"
    assert list(data_dir.iterdir()) == []


def test_the_content_of_the_file_is_that_of_the_setting(data_dir: Path):
    sealed = keys_of(Settings(data_dir)).seal("whsec_1", *PLACE)
    moved = {"KITH_SECRET_KEYS": (data_dir / FILE).read_text(), "KITH_DATABASE_URL": "postgres://d"}
    assert keys_of(Settings.from_environment(moved)).open(sealed, *PLACE) == "whsec_1"


def test_a_symbolic_link_isnt_followed(data_dir: Path):
    elsewhere = data_dir / "elsewhere"
    elsewhere.write_text("a:" + "A" * 43 + "=")
    for target in (elsewhere, data_dir / "nowhere"):
        (data_dir / FILE).unlink(missing_ok=True)
        (data_dir / FILE).symlink_to(target)
        with pytest.raises(EmbeddedPostgresError, match="can't be read or made"):
            keys_of(Settings(data_dir))
    assert not (data_dir / "nowhere").exists()


def test_a_file_with_other_content_is_refused_without_repeating_it(data_dir: Path):
    (data_dir / FILE).write_text("a:hunter2\n")
    with pytest.raises(SettingsError, match=FILE) as caught:
        keys_of(Settings(data_dir))
    assert "hunter2" not in str(caught.value)


def test_an_empty_file_is_refused(data_dir: Path):
    """Not replaced: what it sealed before would be lost without a word."""
    (data_dir / FILE).touch()
    with pytest.raises(SettingsError, match=FILE):
        keys_of(Settings(data_dir))
