"""requirements.lock: every file that is installed has a hash, and the image gets no tools."""

import re
from collections.abc import Iterator
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = (Path(__file__).parents[1] / "requirements.lock").read_text()
RUNTIME, DEVELOPMENT = LOCK.split("\n# For development\n")
LINE = re.compile(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.]+)((?: --hash=sha256:[0-9a-f]{64})+)")
BUILD = "setuptools"


def locked(part: str) -> Iterator[tuple[str, str]]:
    """The names and versions of a part of the lock."""
    for line in part.splitlines():
        if line and not line.startswith("#"):
            found = LINE.fullmatch(line)
            assert found, line
            yield canonicalize_name(found[1]), found[2]


def needed(extra: str) -> set[str]:
    """The names that kith needs, here or elsewhere, directly or not."""
    found: set[str] = set()
    waiting = [("kith", frozenset({extra}))]
    done = set()
    while waiting:
        one = waiting.pop()
        if one in done:
            continue
        done.add(one)
        name, extras = one
        for text in requires(name) or ():
            wanted = Requirement(text)
            if wanted.marker is None or any(
                wanted.marker.evaluate({"extra": extra}) for extra in extras | {""}
            ):
                found.add(canonicalize_name(wanted.name))
                waiting.append((canonicalize_name(wanted.name), frozenset(wanted.extras)))
    return found


def test_the_lock_names_what_is_installed():
    for name, locked_version in locked(LOCK):
        assert version(name) == locked_version, name


def test_the_first_part_is_all_that_kith_needs_to_be_built_and_run():
    assert {name for name, _ in locked(RUNTIME)} == needed("") | {BUILD}


def test_the_second_part_is_all_that_is_needed_besides():
    assert {name for name, _ in locked(DEVELOPMENT)} == needed("dev") - needed("")


@pytest.mark.parametrize("command", ["Makefile", "Dockerfile"])
def test_the_lock_is_installed_by_its_hashes(command: str):
    text = (Path(__file__).parents[1] / command).read_text().replace("\\\n", " ")
    installing = [line for part in text.split("&&") for line in part.splitlines()]
    installing = [line for line in installing if "pip install" in line]
    assert len(installing) == 2
    assert "--require-hashes" in installing[0]
    assert "--no-deps" in installing[1]
