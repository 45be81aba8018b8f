"""`kith import mbox` as a person calls it: what it says, and that it survives being killed."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from infrastructure.postgres.locks import APPEND_LOCK
from infrastructure.system import prepare_database
from tests.api.cli.running import run, start
from tests.api.streaming import eventually
from tests.infrastructure.mail.mailbox import ME, mail, mailbox, numbered

ARGUMENTS = ("--tenant", "1", "--me", ME)


def count(conninfo: str, table: str) -> int:
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        assert row is not None
        return row[0]


@pytest.fixture
def conninfo(database) -> str:
    return database()


HOLD_UP = """
CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$;
CREATE TRIGGER hold_up AFTER INSERT ON stored_events
FOR EACH ROW WHEN (NEW.notification_id = 1000) EXECUTE FUNCTION hold_up();
SELECT pg_advisory_lock(1);
"""

WAITING = """
SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND NOT granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextmanager
def held_up(conninfo: str) -> Iterator[Callable[[], None]]:
    """No import gets beyond its thousandth event meanwhile. What it gives returns once one is
    there."""
    prepare_database(conninfo)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(HOLD_UP)
        yield lambda: eventually(lambda: bool(connection.execute(WAITING).fetchall()))


def test_the_report_accounts_for_every_message(conninfo, tmp_path):
    nobody = b"From - Mon Apr  1 10:00:00 2024\nSubject: who?\n\nNobody sent this.\n\n"
    path = mailbox(tmp_path, mail("1@x"), nobody, mail("2@x", X_Gmail_Labels="Spam"), mail("1@x"))

    done = run(conninfo, "import", "mbox", str(path), *ARGUMENTS)

    assert done.returncode == 0, done.stderr
    assert f"{path}: 4 messages read" in done.stdout
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[1:5] == ["1 tracked", "1 already there", "1 skipped", "1 unreadable"]
    assert "1 in Gmail's Spam (message 3)" in lines
    assert f"message 2 at byte {len(mail('1@x'))}: no sender (“who?”)" in lines
    assert "100%" in done.stderr

    again = run(conninfo, "import", "mbox", str(path), *ARGUMENTS)
    assert (again.returncode, "Nothing was new." in again.stdout) == (0, True)


def test_an_import_killed_and_run_again_is_complete_without_doubles(conninfo, tmp_path):
    path = mailbox(tmp_path, *numbered(2500))
    with held_up(conninfo) as waited_for:
        process = start(conninfo, "import", "mbox", str(path), *ARGUMENTS)
        waited_for()
        process.kill()
        process.communicate()
    with psycopg.connect(conninfo) as connection:  # what was sent to the database is still done
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))
    taken = count(conninfo, "timeline WHERE main")
    assert 0 < taken < 2500

    done = run(conninfo, "import", "mbox", str(path), *ARGUMENTS)

    assert done.returncode == 0, done.stderr
    assert f"{2500 - taken:,}  tracked" in done.stdout
    assert f"{taken:,}  already there" in done.stdout
    assert count(conninfo, "timeline WHERE main") == 2500
    assert count(conninfo, "contacts") == 22
    assert count(conninfo, "stored_events") == 2522


def test_an_interrupted_import_says_how_to_go_on(conninfo, tmp_path):
    path = mailbox(tmp_path, *numbered(2500))
    with held_up(conninfo) as waited_for:
        process = start(conninfo, "import", "mbox", str(path), *ARGUMENTS)
        waited_for()
        process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)

    assert process.returncode == 130
    assert said.splitlines()[-1].endswith(
        "kith: stopped. Run it again to go on: nothing is taken twice."
    )
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("no-such-file", *ARGUMENTS), "no-such-file can't be read: No such file"),
        ((".", *ARGUMENTS), "can't be read: Is a directory"),
        (("pyproject.toml", *ARGUMENTS), "isn't an mbox"),
        (("pyproject.toml", "--tenant", "1"), "Which addresses are your own? Add --me"),
        (("pyproject.toml", "--tenant", "1", "--me", "me"), "--me me is no mail address."),
        (("pyproject.toml", "--tenant", "a/b", "--me", ME), "A tenant consists of letters"),
    ],
)
def test_an_impossible_import_fails_with_one_sentence(arguments, sentence):
    done = run("postgresql://nobody@nowhere.invalid/kith", "import", "mbox", *arguments)

    assert done.returncode == 1
    assert sentence in done.stderr.splitlines()[-1]


def test_an_unreachable_database_fails_with_one_sentence(tmp_path):
    path = mailbox(tmp_path, mail("1@x"))
    done = run("postgresql://nobody@127.0.0.1:1/kith", "import", "mbox", str(path), *ARGUMENTS)

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("kith: The database can't be reached")


def test_a_subject_moves_no_cursor_and_turns_no_letters_round(conninfo, tmp_path):
    nobody = (
        b"From - Mon Apr  1 10:00:00 2024\nSubject: =?utf-8?q?=1B[2Jgpj=2E=E2=80=AEfdp?=\n\nx\n\n"
    )
    path = mailbox(tmp_path, nobody).rename(tmp_path / "my\x1b[2J.mbox")

    done = run(conninfo, "import", "mbox", str(path), *ARGUMENTS)

    assert done.returncode == 0, done.stderr
    assert not {"\x1b", "\u202e"} & {*done.stdout}
    assert r"my\u001b[2J.mbox: 1 message read" in done.stdout
    assert r"no sender (“" in done.stdout
    assert r"gpj.\u202efdp”)" in done.stdout
    assert "\x1b[2J" not in done.stderr
