"""Consents become logins, and logins open services."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest

from domain.errors import Invalid
from infrastructure.calendars import opening
from infrastructure.calendars.consents import CalendarConsents
from infrastructure.calendars.opening import open_service
from infrastructure.calendars.port import Refused
from infrastructure.outside.way_out import WayOut
from tests.doubles.server import Reply
from tests.infrastructure.calendars.cloud.hands import Hand

pytestmark = pytest.mark.anyio

BASE = "https://kith.example.com"
BACK = f"{BASE}/api/accounts/callback"


def consents_of(hand: Hand) -> CalendarConsents:
    provider = hand.provider()
    hand.double.codes["code-1"] = {"redirect_uri": BACK, "code_verifier": "verifier-1"}
    return CalendarConsents({provider.kind: provider}, BASE, WayOut(allow_private=True))


async def test_a_code_becomes_a_login_with_the_accounts_own_address(hand: Hand):
    kind = hand.provider().kind
    login = await consents_of(hand).granted("t", kind, "code-1", "verifier-1")
    assert (login.origin, login.address) == (hand.double.origin, "ada@example.com")
    service = await open_service(
        kind,
        login.values["url"],
        login.values,
        WayOut(allow_private=True),
        providers={kind: hand.provider()},
    )
    assert len(await service.calendars()) == 1
    await service.close()


def test_the_browser_comes_back_to_the_callback(hand: Hand):
    url = consents_of(hand).url(hand.provider().kind, "state-1", "verifier-1")
    asked = parse_qs(urlsplit(url).query)
    assert (asked["redirect_uri"], asked["state"]) == ([BACK], ["state-1"])
    assert "verifier-1" not in url


@pytest.mark.parametrize(("code", "verifier"), [("other", "verifier-1"), ("code-1", "other")])
async def test_a_code_that_isnt_taken_is_refused(hand: Hand, code: str, verifier: str):
    with pytest.raises(Invalid) as caught:
        await consents_of(hand).granted("t", hand.provider().kind, code, verifier)
    assert caught.value.code == "account_refused"


async def test_a_service_that_fails_is_unreachable(hand: Hand):
    hand.double.fail(Reply(503))
    with pytest.raises(Invalid) as caught:
        await consents_of(hand).granted("t", hand.provider().kind, "code-1", "verifier-1")
    assert caught.value.code == "account_unreachable"


async def test_a_service_without_a_client_is_told_so(hand: Hand):
    consents_of(hand).check(hand.provider().kind)
    with pytest.raises(Invalid, match="isn't registered with") as caught:
        CalendarConsents({}, BASE, WayOut(allow_private=True)).check(hand.provider().kind)
    assert caught.value.code == "service_not_registered"
    with pytest.raises(Refused, match="no longer registered"):
        await open_service(hand.provider().kind, "", {}, WayOut(allow_private=True))


async def test_renewed_tokens_are_kept_beside_what_was_known(hand: Hand):
    kind, kept = hand.provider().kind, list[Mapping[str, str]]()

    async def keep(values: Mapping[str, str]) -> None:
        kept.append(values)

    login = await consents_of(hand).granted("t", kind, "code-1", "verifier-1")
    hand.double.expire()
    providers = {kind: hand.provider()}
    way_out = WayOut(allow_private=True)
    service = await open_service(kind, "", login.values, way_out, keep, providers=providers)
    await service.calendars()
    await service.close()
    (values,) = kept
    assert (values["url"], values["access_token"]) == (login.values["url"], hand.double.access)
    await opening.nothing_kept(values)
