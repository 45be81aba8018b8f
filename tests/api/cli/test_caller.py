"""The caller at the command line is the one whom a token would name."""

import pytest

from api.cli import CommandError
from api.cli.caller import caller
from api.cli.main import parser


def named(*arguments: str):
    command = ["import", "ndjson", "-", "--tenant", "1", *arguments]
    return caller(parser("import").parse_args(command)).principal


@pytest.mark.parametrize(
    ("user", "number"), [("7", 7), ("007", None), (str(2**52), None), ("ann", None)]
)
def test_a_user_has_the_number_that_a_token_would_give(user, number):
    assert named("--user", user).number == number


def test_a_user_without_a_name_is_named_by_their_id():
    assert (named("--user", "ann").name, named("--user", "5", "--name", "Bo").name) == ("ann", "Bo")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--user", "x" * 256), "--user has up to 255 characters."),
        (("--user", "\udcff"), "not a usable text"),
        (("--tenant", "a/b"), "A tenant consists of letters"),
    ],
)
def test_a_caller_that_no_token_could_name_is_refused(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        named(*arguments)
