"""A verified token is remembered for a bounded time."""

import pytest

from infrastructure.identity.errors import InvalidToken
from infrastructure.identity.keys import SharedSecret
from infrastructure.identity.verifier import LEEWAY, RECHECK_AFTER, TokenVerifier
from tests.infrastructure.identity.tokens import (
    NOW,
    OTHER_SECRET,
    SECRET,
    Clock,
    bearer,
    claims,
    verifier,
)

pytestmark = pytest.mark.anyio


async def test_a_verified_header_is_known_and_no_other():
    tokens, header = verifier(), bearer(claims())

    assert tokens.cached(header) is None
    principal = await tokens.verify(header)
    assert tokens.cached(header) is principal
    assert tokens.cached(header + " ") is None
    assert tokens.cached(None) is None


async def test_a_refused_header_is_not_remembered():
    tokens, forged = verifier(), bearer(claims(), secret=OTHER_SECRET)

    for _ in range(2):
        with pytest.raises(InvalidToken):
            await tokens.verify(forged)
        assert tokens.cached(forged) is None


async def test_a_remembered_token_expires_on_time():
    clock = Clock()
    tokens, header = verifier(clock=clock), bearer(claims(exp=NOW + 60))
    await tokens.verify(header)

    clock.now = NOW + 60 + LEEWAY - 1
    assert tokens.cached(header) is not None
    clock.now = NOW + 60 + LEEWAY
    assert tokens.cached(header) is None
    with pytest.raises(InvalidToken, match="expired"):
        await tokens.verify(header)


async def test_a_remembered_token_is_verified_again_after_a_while():
    clock = Clock()
    tokens, header = verifier(clock=clock), bearer(claims())
    await tokens.verify(header)

    clock.now = NOW + RECHECK_AFTER
    assert tokens.cached(header) is None
    assert (await tokens.verify(header)).user == "5"


async def test_remembered_tokens_are_forgotten_when_the_keys_change():
    keys = SharedSecret(SECRET)
    tokens = TokenVerifier(keys, issuer="kith", audience="kith-api", clock=Clock())
    header = bearer(claims())
    await tokens.verify(header)

    keys.generation += 1
    assert tokens.cached(header) is None


async def test_the_token_unused_for_longest_is_forgotten_first(monkeypatch):
    monkeypatch.setattr("infrastructure.identity.verifier.REMEMBERED", 2)
    tokens = verifier()
    first, second, third = (bearer(claims(sub=str(user))) for user in (1, 2, 3))
    await tokens.verify(first)
    await tokens.verify(second)
    tokens.cached(first)
    await tokens.verify(third)

    assert tokens.cached(first) is not None
    assert tokens.cached(second) is None
    assert tokens.cached(third) is not None
