"""`kith export ndjson` and `kith import ndjson` as a person calls them."""

import json
import stat
import sys

import pytest

from api.cli import CommandError
from api.cli.export import _output
from tests.api.cli.running import run

LINES = (
    '{"type":"contact","id":"01890a5d-ac96-774b-bcce-b302099a8057","name":"Ann"}\n'
    '{"type":"interaction","contactId":"01890a5d-ac96-774b-bcce-b302099a8057",'
    '"interactionType":"call","date":"2024-04-01T10:00:00Z"}\n'
)


@pytest.fixture(scope="module")
def filled(module_database) -> str:
    """A database with a contact and an interaction in tenant 1."""
    done = run(module_database, "import", "ndjson", "-", "--tenant", "1", given=LINES)
    assert (done.returncode, done.stdout) == (
        0,
        "2 lines read: 1 contacts, 1 interactions, 0 meetings, 0 services, 0 tactics added, "
        "0 already there\n",
    ), done.stderr
    return module_database


def test_an_export_of_one_tenant_is_imported_by_another(filled, tmp_path):
    path = tmp_path / "kith.ndjson"
    done = run(filled, "export", "ndjson", "--tenant", "1", "--output", str(path))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "1 contacts, 0 meetings and 1 interactions were exported" in done.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]

    moved = run(filled, "import", "ndjson", str(path), "--tenant", "2")

    assert (moved.returncode, moved.stdout.split(":")[0]) == (0, "2 lines read")
    there = run(filled, "export", "ndjson", "--tenant", "2").stdout.splitlines()
    assert [json.loads(line)["id"] for line in there] == [
        json.loads(line)["id"] for line in path.read_text().splitlines()
    ]


def test_a_refused_line_is_listed_and_the_command_ends_with_1(filled):
    done = run(filled, "import", "ndjson", "-", "--tenant", "1", given=LINES + "{}\n")

    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "3 lines read: 0 contacts, 0 interactions, 0 meetings, 0 services, 0 tactics added, "
        "2 already there",
        "1 refused",
        "  line 3: Its type is none of contact, interaction, meeting, service and tactic.",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("import", "ndjson", "no-such-file", "--tenant", "1"), "no-such-file can't be read"),
        (("export", "ndjson", "--tenant", "a/b"), "A tenant consists of letters"),
        (("export", "ndjson", "--tenant", "1", "--output", "/no/such/dir/x"), "can't be written"),
    ],
)
def test_an_impossible_move_fails_with_one_sentence(filled, arguments, sentence):
    done = run(filled, *arguments)

    assert (done.returncode, done.stdout) == (1, "")
    assert sentence in done.stderr.splitlines()[-1]


def test_an_export_is_readable_by_its_owner_alone(filled, tmp_path):
    path = tmp_path / "kith.ndjson"
    done = run(filled, "export", "ndjson", "--tenant", "1", "--output", str(path))
    assert (done.returncode, stat.S_IMODE(path.stat().st_mode)) == (0, 0o600), done.stderr


@pytest.mark.parametrize("name", ["kith.ndjson", "kith.ndjson.part"])
@pytest.mark.parametrize("target", [None, "there", "nowhere"])
def test_an_export_replaces_no_file_and_follows_no_link(filled, tmp_path, name, target):
    (tmp_path / "there").write_text("precious")
    taken = tmp_path / name
    if target is None:
        taken.write_text("precious")
    else:
        taken.symlink_to(tmp_path / target)
    before = sorted(tmp_path.iterdir())

    path = str(tmp_path / "kith.ndjson")
    done = run(filled, "export", "ndjson", "--tenant", "1", "--output", path)

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"kith: {taken} exists already: remove it, or choose another file."
    )
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "there").read_text() == "precious"


def test_an_export_that_fails_leaves_nothing_behind(tmp_path):
    path = tmp_path / "kith.ndjson"

    def fail() -> None:
        with _output(path) as write:
            write(b"{}\n")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_file_made_during_the_export_is_not_replaced(tmp_path):
    path = tmp_path / "kith.ndjson"

    def write_meanwhile() -> None:
        with _output(path) as write:
            write(b"{}\n")
            path.write_text("precious")

    with pytest.raises(CommandError, match="exists already"):
        write_meanwhile()
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [
        (path.name, "precious")
    ]


def test_a_terminal_gets_visible_lines_of_the_same_values(monkeypatch, capsys):
    line = '{"name":"\\u001b[31m red\u202e\x9b"}\n'
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with _output(None) as write:
        write(line.encode())
    shown = capsys.readouterr().out
    assert shown == '{"name":"\\u001b[31m red\\u202e\\u009b"}\n'
    assert json.loads(shown) == json.loads(line)


def test_a_refused_line_cannot_forge_another_or_reach_the_terminal(filled):
    key = "a\x1b[2K\n  line 2: \u202efine"
    line = json.dumps({"type": "contact", "name": "x", key: 1})
    done = run(filled, "import", "ndjson", "-", "--tenant", "1", given=line)

    assert done.returncode == 1
    assert done.stdout.splitlines()[2:] == [
        r"  line 1: a\u001b[2K\n  line 2: \u202efine: it isn't a key that is known here"
    ]


def test_an_argument_is_repeated_visibly(filled):
    done = run(filled, "import", "ndjson", "no\x1b[2Jfile", "--tenant", "1")
    assert done.stderr.splitlines()[-1].startswith(r"kith: no\u001b[2Jfile can't be read")
    done = run(filled, "verify", "\x1b[2J")
    assert done.stderr.splitlines()[-1] == r"kith: error: unrecognized arguments: \u001b[2J"
