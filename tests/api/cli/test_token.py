"""`kith token`: a token that the server takes, or a sentence about what it wouldn't."""

import re

import pytest

from api.cli import CommandError
from api.cli.main import parser
from api.cli.token import CONTRACTS
from api.contracts_served import native, others
from api.identity import verifier_of
from infrastructure.settings import Settings
from tests.infrastructure.identity.tokens import SECRET


@pytest.fixture
def token(monkeypatch, capsys):
    """Runs the command; what it prints. Raises CommandError with what it says instead."""
    monkeypatch.setenv("KITH_JWT_SECRET", SECRET)
    monkeypatch.delenv("KITH_JWKS_URL", raising=False)

    def call(*arguments: str) -> str:
        args = parser("token").parse_args(["token", *arguments])
        assert args.run(args) == 0
        return capsys.readouterr().out.strip()

    return call


@pytest.mark.anyio
async def test_permissions_contract_and_sites_asked_for_are_in_the_token(token):
    asked = "view_contacts, edit_contacts,connect_accounts,audit,admin,tag:tax,tag:two words"
    made = token("--permissions", asked, "--contract", "sites", "--sites", "1, 2")

    principal = await verifier_of(Settings.from_environment()).verify(f"Bearer {made}")

    assert principal.permissions == {word.strip() for word in asked.split(",")}
    assert (principal.contract, principal.sites) == ("sites", ("1", "2"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--days", "99999999"), "--days reaches beyond the years 1 to 9999"),
        (("--days", "-99999999"), "--days reaches beyond the years 1 to 9999"),
        (("--days", "9" * 20), "--days reaches beyond the years 1 to 9999"),
        (("--permissions", "view_contacts,bogus"), "bogus is none. There are view_contacts"),
        (("--permissions", "tag:"), "tag:NAME for each restricted tag"),
        (("--permissions", "view_contact"), "view_contact is none"),
        (("--permissions", "tag:" + "x" * 101), "tag:NAME for each restricted tag"),
        (("--contract", "bogus"), "There are tracking, rapport, sites, relationships, clients."),
        (("--contract", ""), "--contract"),
        (("--sites", "1,x"), "a site is a number"),
        (("--sites", "1,"), "a site is a number"),
        (("--sites", "007"), "a site is a number"),
        (("--name", "x" * 8000), "Choose a shorter name"),
        (("--tenant", "a b"), "letters, digits"),
    ],
)
def test_a_token_the_server_would_refuse_fails_with_one_sentence(token, arguments, sentence):
    with pytest.raises(CommandError, match=re.escape(sentence)):
        token(*arguments)


def test_every_contract_that_is_served_may_be_asked_for():
    assert set(CONTRACTS) == {contract.name for contract in (native(), *others())}
