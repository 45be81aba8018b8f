"""Addresses that webhooks may have; nothing connects to any other."""

import socket
from collections.abc import Awaitable, Callable, Sequence

import anyio
import pytest

from infrastructure.outside.addresses import LONGEST_URL, NotAllowed, endpoint, is_public
from infrastructure.webhooks.posting import Poster, PostResult
from tests.infrastructure.webhooks.receiver import Receiver

pytestmark = pytest.mark.anyio

PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # the metadata of clouds
    "100.64.0.1",
    "192.0.0.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:1::1",
    "2001:db8::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "100::1",
]
PUBLIC = ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_not_globally_reachable_arent_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_globally_reachable_addresses_are_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://hooks.example.com/a?b=c", "https://hooks.example.com"),
        ("https://hooks.example.com:8443", "https://hooks.example.com:8443"),
        ("https://[2606:4700::1111]/", "https://[2606:4700::1111]"),
        ("https://xn--mnchen-3ya.example/", "https://xn--mnchen-3ya.example"),
    ],
)
def test_an_address_tells_its_origin(url: str, origin: str):
    assert endpoint(url, allow_private=False).origin == origin


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "//hooks.example.com/",
        "hooks.example.com",
        "https://",
        "https:///path",
        "https://user@hooks.example.com/",
        "https://user:pass@hooks.example.com/",
        "https://@hooks.example.com/",
        "https://good.example\\@127.0.0.1/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com:22/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com/ä",
        "https://münchen.example/",
        "https://hooks.example.com/\r\nX: y",
        "https://hooks .example.com/",
        "https://localhost/",
        "https://a.localhost./",
        *(f"https://{f'[{one}]' if ':' in one else one}/" for one in PRIVATE),
        "https://hooks.example.com/" + "a" * LONGEST_URL,
        "https://[::1",
    ],
)
def test_an_endpoint_without_https_or_off_the_internet_is_refused(url: str):
    with pytest.raises(NotAllowed, match=r"\.$"):
        endpoint(url, allow_private=False)


@pytest.mark.parametrize(
    "url", ["http://localhost:80/", "http://127.0.0.1:8080/a", "https://[::1]:9/", "http://a:1"]
)
def test_any_address_without_credentials_is_allowed_in_development(url: str):
    assert endpoint(url, allow_private=True)
    with pytest.raises(NotAllowed):
        endpoint(url.replace("//", "//user:pass@"), allow_private=True)


class Names:
    """A name server that answers differently each time it is asked."""

    def __init__(self, *answers: list[str]):
        self._answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return self._answers.pop(0)


class Connecting:
    """Instead of the network: notes where a connection would go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.to: list[str] = []

        async def connect_tcp(host, *_):
            self.to.append(host)
            raise OSError("nobody is there")

        monkeypatch.setattr(anyio, "connect_tcp", connect_tcp)


@pytest.fixture
def connecting(monkeypatch: pytest.MonkeyPatch) -> Connecting:
    return Connecting(monkeypatch)


REFUSED = PostResult(0, error="The host isn't known as a public one.")
"""The time that the look-up took isn't told either."""

Resolving = Callable[[str, int], Awaitable[Sequence[str]]]


async def post(names: Resolving, url: str = "https://hooks.example.com/") -> PostResult:
    return await Poster(allow_private=False, resolve=names).post("1", url, {}, b"{}")


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_stands_for_a_private_address_is_not_connected_to(connecting, address):
    attempt = await post(Names([address]))
    assert attempt == REFUSED
    assert connecting.to == []


async def test_a_name_with_a_private_and_a_public_address_is_refused(connecting):
    attempt = await post(Names(["1.1.1.1", "10.0.0.1"]))
    assert attempt == REFUSED
    assert connecting.to == []


async def unknown(*_: object) -> Sequence[str]:
    await anyio.sleep(0.01)
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


async def unanswered(*_: object) -> Sequence[str]:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


async def unspeakable(*_: object) -> Sequence[str]:
    raise UnicodeError("label too long")


async def without_addresses(*_: object) -> Sequence[str]:
    return []


@pytest.mark.parametrize(
    "names", [Names(["10.0.0.1"]), unknown, unanswered, unspeakable, without_addresses]
)
async def test_an_internal_name_and_an_unknown_one_are_refused_alike(connecting, names):
    """Else the delivery log tells which names there are."""
    assert await post(names) == REFUSED
    assert connecting.to == []


async def test_an_unknown_name_is_named_so_in_development():
    poster = Poster(allow_private=True, resolve=unknown)
    attempt = await poster.post("1", "https://hooks.example.com/", {}, b"{}")
    assert attempt.error == "There was no connection: The host isn't known."


async def test_a_name_is_looked_up_once_and_the_checked_address_is_connected_to(connecting):
    """A second look-up would be answered with this machine (DNS rebinding)."""
    names = Names(["1.1.1.1"], ["127.0.0.1"])
    attempt = await post(names)
    assert attempt.error == "There was no connection: nobody is there"
    assert names.asked == 1
    assert connecting.to == ["1.1.1.1"]


async def test_each_attempt_is_checked_anew(connecting):
    names = Names(["1.1.1.1"], ["127.0.0.1"])
    poster = Poster(allow_private=False, resolve=names)
    await poster.post("1", "https://hooks.example.com/", {}, b"{}")
    attempt = await poster.post("1", "https://hooks.example.com/", {}, b"{}")
    assert attempt == REFUSED
    assert connecting.to == ["1.1.1.1"]


async def test_an_odd_spelling_of_an_address_is_judged_by_what_it_stands_for():
    """Names that the system resolves without a name server."""
    for host in ("2130706433", "0x7f.1", "127.1", "017700000001"):
        poster = Poster(allow_private=False)
        attempt = await poster.post("1", f"https://{host}/", {}, b"{}")
        assert attempt == REFUSED


async def test_an_endpoint_allowed_once_is_judged_by_todays_rules(receiver: Receiver):
    """A webhook from development doesn't go to this machine in production."""
    poster = Poster(allow_private=False)
    attempt = await poster.post("1", receiver.url, {}, b"{}")
    assert attempt.error == "An address begins with https://."
    assert receiver.received == []


async def test_proxies_of_the_environment_are_not_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    poster = Poster(allow_private=True)
    attempt = await poster.post("1", receiver.url, {}, b"{}")
    assert attempt.delivered
