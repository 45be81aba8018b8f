"""`kith export ndjson` and `kith import ndjson` as a person calls them."""

import json

import pytest

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
