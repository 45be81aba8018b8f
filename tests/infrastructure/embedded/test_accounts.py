"""The system user is made once, however many processes need it at the same time."""

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from infrastructure.embedded import EmbeddedPostgresError, accounts
from infrastructure.embedded.locks import alone

PROCESSES = 4

# The id of the system user as one process saw it, once all processes are ready.
_PROCESS = """
import sys
from infrastructure.embedded import accounts
accounts.SYSTEM_USER = sys.argv[1]
print("ready", flush=True)
sys.stdin.readline()
print(accounts._system_user().uid, flush=True)
"""

# The same over a user database and a useradd that stand in directory argv[2]: like the real one,
# it replaces an entry that was written after its own look-up, and gives each its own id. Between
# the two it waits for another useradd to be there as well, for so many tenths of a second.
_WITH_STANDINS = """
import pwd, sys
from contextlib import nullcontext
from pathlib import Path
from infrastructure.embedded import accounts
directory = Path(sys.argv[2])
def getpwnam(name):
    try:
        uid = int((directory / "passwd").read_text())
    except FileNotFoundError:
        raise KeyError(name)
    return pwd.struct_passwd((name, "x", uid, uid, "", "/nonexistent", "/bin/false"))
accounts.pwd.getpwnam = getpwnam
accounts.shutil.which = lambda *_, **__: str(directory / "useradd")
accounts._USERADD_LOCK = directory / "lock"
if sys.argv[3] == "without the lock":
    accounts.alone = lambda *_, **__: nullcontext()
"""

_USERADD = """#!/bin/sh
cd "$(dirname "$0")"
test -e passwd && { echo "already exists" >&2; exit 9; }
touch "running.$$"
for _ in $(seq "$(cat tenths)"); do
    test "$(ls running.* | wc -l)" -gt 1 && break
    sleep 0.1
done
echo $$ > passwd.$$
mv passwd.$$ passwd
"""


def ids_seen(program: str, *arguments: str) -> list[int]:
    """The user's id as each of several processes saw it that asked at once."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [int(process.communicate(timeout=60)[0]) for process in processes]


def users_made(standins: Path) -> list[Path]:
    """One file of each stand-in that found no user."""
    return list(standins.glob("running.*"))


@pytest.fixture
def standins(tmp_path: Path) -> Path:
    useradd = tmp_path / "useradd"
    useradd.write_text(_USERADD)
    useradd.chmod(0o755)
    return tmp_path


def test_processes_that_start_together_get_one_system_user(standins: Path):
    (standins / "tenths").write_text("10")
    seen = ids_seen(_WITH_STANDINS + _PROCESS, "kith", str(standins), "with the lock")
    assert set(seen) == {int((standins / "passwd").read_text())}
    assert len(users_made(standins)) == 1


def test_processes_without_the_lock_replace_each_others_user(standins: Path):
    (standins / "tenths").write_text("600")
    ids_seen(_WITH_STANDINS + _PROCESS, "kith", str(standins), "without the lock")
    assert len(users_made(standins)) > 1


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("useradd") is None, reason="only root makes users"
)
def test_the_real_useradd_makes_one_user_for_all_processes():
    name = f"kith-test-{uuid4().hex[:8]}"
    try:
        seen = ids_seen(_PROCESS, name)
        assert set(seen) == {pwd.getpwnam(name).pw_uid}
    finally:
        with alone(accounts._USERADD_LOCK, timeout_seconds=60):
            subprocess.run(["userdel", name], check=True)


def test_a_user_that_cannot_be_made_is_explained(standins: Path, monkeypatch: pytest.MonkeyPatch):
    (standins / "useradd").write_text("#!/bin/sh\necho no room >&2\nexit 1\n")
    monkeypatch.setattr(accounts, "SYSTEM_USER", f"kith-test-{uuid4().hex[:8]}")
    monkeypatch.setattr(accounts, "_USERADD_LOCK", standins / "lock")
    monkeypatch.setattr(shutil, "which", lambda *_, **__: str(standins / "useradd"))
    with pytest.raises(EmbeddedPostgresError, match=r"couldn't be made \(no room\)"):
        accounts._system_user()
