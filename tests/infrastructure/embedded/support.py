"""Looking at, and killing, the processes of an embedded server from outside."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

from infrastructure.embedded import EmbeddedPostgres

_USER = """
import sys, time
from pathlib import Path
from infrastructure.embedded import EmbeddedPostgres
print(EmbeddedPostgres(Path(sys.argv[1])).start(), flush=True)
time.sleep(600)
"""


def postmaster(data_dir: Path) -> psutil.Process | None:
    """The running server of a data directory."""
    path = data_dir / "postgres" / "data" / "postmaster.pid"
    try:
        process = psutil.Process(int(path.read_text().split()[0]))
        arguments = process.cmdline()
    except (FileNotFoundError, psutil.NoSuchProcess):
        return None
    return process if str(path.parent.resolve()) in arguments else None


def running(data_dir: Path) -> bool:
    return postmaster(data_dir) is not None


def alive(pid: int) -> bool:
    """True for a running process, False for a zombie."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill_postmaster(data_dir: Path) -> None:
    process = postmaster(data_dir)
    assert process is not None
    process.kill()


def kill_server(data_dir: Path) -> None:
    """Kill the postmaster and all its backends, as a power cut would."""
    process = postmaster(data_dir)
    assert process is not None
    everyone = [process, *process.children(recursive=True)]
    process.suspend()  # it must not start new ones meanwhile
    for one in everyone:
        one.kill()


@contextmanager
def another_user(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the server; it ends by kill -9, with no chance to clean up."""
    command = [sys.executable, "-c", _USER, str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("postgresql://")
            yield process
        finally:
            process.send_signal(signal.SIGKILL)


def write_note(url: str, text: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS notes (text text)")
        connection.execute("INSERT INTO notes VALUES (%s)", [text])


def notes(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM notes ORDER BY text")]


def setting(postgres: EmbeddedPostgres, name: str) -> str:
    with psycopg.connect(postgres.url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])
