"""When the keys of an issuer are fetched, from a real server on this machine."""

import asyncio

import pytest

from infrastructure.identity.errors import IdentityUnavailable, InvalidToken
from infrastructure.identity.jwks import FETCH
from tests.infrastructure.identity.issuer import OTHER_RSA_KEY, bearer, jwk

pytestmark = pytest.mark.anyio


async def test_a_token_of_the_issuer_is_believed(tokens):
    assert (await tokens.verify(bearer())).user == "u"


async def test_another_key_of_the_same_name_is_a_forgery(tokens):
    with pytest.raises(InvalidToken, match="signature"):
        await tokens.verify(bearer(OTHER_RSA_KEY))


async def test_the_keys_are_fetched_once_for_many(issuer, tokens):
    issuer.gate.clear()
    waiting = [asyncio.create_task(tokens.verify(bearer(sub=str(user)))) for user in range(20)]
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in waiting), "the event loop runs while they wait"
    issuer.gate.set()

    assert [principal.user for principal in await asyncio.gather(*waiting)] == [
        str(user) for user in range(20)
    ]
    assert issuer.requests == 1


async def test_a_cancelled_caller_does_not_cancel_the_fetch_for_others(issuer, tokens):
    issuer.gate.clear()
    impatient = asyncio.create_task(tokens.verify(bearer(sub="impatient")))
    patient = asyncio.create_task(tokens.verify(bearer(sub="patient")))
    await asyncio.sleep(0.02)
    impatient.cancel()
    await asyncio.sleep(0.02)
    issuer.gate.set()

    assert (await patient).user == "patient"


async def test_an_unknown_key_name_fetches_the_keys_again(issuer, tokens, clock):
    await tokens.verify(bearer())
    issuer.keys.append(jwk(OTHER_RSA_KEY, "two"))
    clock.now += 60

    assert (await tokens.verify(bearer(OTHER_RSA_KEY, "two"))).user == "u"
    assert issuer.requests == 2


async def test_unknown_key_names_fetch_at_most_once_in_a_pause(issuer, tokens, clock):
    await tokens.verify(bearer())
    clock.now += 60
    for number in range(20):
        with pytest.raises(InvalidToken, match="key and algorithm accepted here"):
            await tokens.verify(bearer(OTHER_RSA_KEY, f"made up {number}"))

    assert issuer.requests == 2


async def test_a_withdrawn_key_ends_what_was_remembered(issuer, tokens, clock):
    await tokens.verify(bearer())
    assert tokens.cached(bearer()) is not None
    issuer.keys = [jwk(OTHER_RSA_KEY, "two")]
    clock.now += 60
    await tokens.verify(bearer(OTHER_RSA_KEY, "two"))

    assert tokens.cached(bearer()) is None
    with pytest.raises(InvalidToken):
        await tokens.verify(bearer())


async def test_keys_that_did_not_change_leave_everything_remembered(issuer, tokens, clock):
    await tokens.verify(bearer())
    clock.now += 60
    with pytest.raises(InvalidToken):
        await tokens.verify(bearer(kid="made up"))

    assert issuer.requests == 2
    assert tokens.cached(bearer()) is not None


async def settled():
    """Waits until no fetch is under way behind the requests."""
    fetches = [task for task in asyncio.all_tasks() if task.get_name() == FETCH]
    await asyncio.wait_for(asyncio.gather(*fetches), 60)


async def test_old_keys_are_renewed_behind_the_requests(issuer, tokens, clock):
    await tokens.verify(bearer())
    clock.now += 301
    issuer.gate.clear()
    issuer.keys = [jwk(OTHER_RSA_KEY, "two")]

    assert (await tokens.verify(bearer(sub="does not wait"))).user == "does not wait"
    issuer.gate.set()
    await settled()
    assert (await tokens.verify(bearer(OTHER_RSA_KEY, "two"))).user == "u"


async def test_known_keys_serve_on_while_the_issuer_is_away(issuer, tokens, clock):
    await tokens.verify(bearer())
    issuer.status = 500
    clock.now += 3600
    await tokens.verify(bearer(sub="another"))
    await settled()
    clock.now += 3600

    assert (await tokens.verify(bearer(sub="a third"))).user == "a third"


async def test_known_keys_end_when_the_issuer_stays_away(issuer, tokens, clock):
    await tokens.verify(bearer())
    issuer.status = 500
    clock.now += 86_401

    with pytest.raises(IdentityUnavailable):
        await tokens.verify(bearer(sub="another"))


async def test_an_unknown_key_name_while_the_issuer_is_away_is_nobodys_fault(issuer, tokens, clock):
    await tokens.verify(bearer())
    issuer.status = 500
    clock.now += 60

    with pytest.raises(IdentityUnavailable):
        await tokens.verify(bearer(OTHER_RSA_KEY, "two"))
