"""The claims of a token that kith mints."""

from datetime import timedelta

import jwt
import pytest

from infrastructure.identity.errors import InvalidToken
from infrastructure.identity.keys import SharedSecret
from infrastructure.identity.mint import mint_token
from infrastructure.identity.verifier import TokenVerifier
from tests.infrastructure.identity.tokens import SECRET

pytestmark = pytest.mark.anyio


def mint(**changed):
    given = {
        "issuer": "kith",
        "audience": "kith-api",
        "tenant": "1",
        "user": "5",
        "permissions": ("view_contacts", "edit_contacts"),
    }
    return mint_token(SECRET, **(given | changed))


async def test_a_minted_token_verifies():
    tokens = TokenVerifier(SharedSecret(SECRET), issuer="kith", audience="kith-api")
    token = mint(name="Mary Ann Smith", contract="sites", sites=["1", "2"])

    principal = await tokens.verify(f"Bearer {token}")
    assert principal.permissions == {"view_contacts", "edit_contacts"}
    assert (principal.given_name, principal.family_name) == ("Mary Ann", "Smith")
    assert (principal.name, principal.number) == ("Mary Ann Smith", 5)
    assert (principal.contract, principal.sites) == ("sites", ("1", "2"))


async def test_a_token_may_be_minted_without_a_tenant_or_a_name():
    tokens = TokenVerifier(SharedSecret(SECRET), issuer="kith", audience="kith-api")

    principal = await tokens.verify(f"Bearer {mint(tenant=None, permissions=[])}")
    assert (principal.tenant, principal.name) == (None, "5")
    assert principal.permissions == frozenset()


async def test_a_lifetime_that_is_over_makes_an_expired_token():
    tokens = TokenVerifier(SharedSecret(SECRET), issuer="kith", audience="kith-api")

    with pytest.raises(InvalidToken, match="expired"):
        await tokens.verify(f"Bearer {mint(lifetime=-timedelta(minutes=1))}")


def test_a_name_of_one_word_is_a_given_name():
    minted = jwt.decode(mint(name="Cher"), options={"verify_signature": False})

    assert minted["given_name"] == "Cher"
    assert "family_name" not in minted


@pytest.mark.parametrize(
    "changed", [{"tenant": "a b"}, {"user": ""}, {"contract": "a/b"}, {"sites": ["!"]}]
)
def test_a_token_that_would_be_refused_is_not_minted(changed):
    with pytest.raises(ValueError, match=r"claim is not"):
        mint(**changed)
