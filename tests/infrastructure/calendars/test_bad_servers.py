"""Bad servers: each is a problem with a sentence that its user understands."""

import ssl

import pytest

from infrastructure.calendars.opening import open_service
from infrastructure.calendars.port import Unreachable
from infrastructure.outside import client
from infrastructure.outside.network import trusting
from infrastructure.outside.way_out import WayOut
from tests.certificates import certificate
from tests.infrastructure.calendars.bad_servers import BAD, TOO_LONG
from tests.infrastructure.outside.raw import once, sending
from tests.infrastructure.outside.raw import tls as serving

pytestmark = pytest.mark.anyio

TLS = trusting()
SECRETS = {"username": "ada", "password": "secret"}
NAME = "dav.example.com"


@pytest.mark.parametrize("kind", ["caldav", "ics"])
@pytest.mark.parametrize("what", BAD)
async def test_a_bad_server_is_told_in_a_sentence(monkeypatch, kind: str, what: str):
    monkeypatch.setattr(client, "EXCHANGE", 20.0 if BAD[what][1] == TOO_LONG else 0.5)
    sends, said = BAD[what]
    with sending(sends) as server:
        way_out = WayOut(allow_private=True, tls=TLS)
        service = await open_service(kind, f"http://127.0.0.1:{server.port}/", SECRETS, way_out)
        with pytest.raises(Unreachable) as caught:
            await service.calendars()
        await service.close()
    assert str(caught.value) == said


@pytest.mark.parametrize("kind", ["caldav", "ics"])
async def test_a_certificate_of_another_name_is_told_in_a_sentence(kind: str):
    pem, key = certificate("other.example.com")
    way_out = WayOut(
        allow_private=True, resolve=here, tls=ssl.create_default_context(cadata=pem.decode())
    )
    with sending(once(), serving(pem, key)) as server:
        service = await open_service(kind, f"{NAME}:{server.port}", SECRETS, way_out)
        with pytest.raises(Unreachable, match="certificate is for another name"):
            await service.calendars()
        await service.close()


@pytest.mark.parametrize("kind", ["caldav", "ics"])
@pytest.mark.parametrize("address", [NAME, "localhost", "https://127.0.0.1/", "http://[::1]/"])
async def test_this_machine_is_never_connected_to(kind: str, address: str):
    way_out = WayOut(allow_private=False, resolve=here, tls=TLS)
    service = await open_service(kind, address, SECRETS, way_out)
    with pytest.raises(Unreachable, match=r"public|https"):
        await service.calendars()


async def here(*_: object) -> list[str]:
    return ["127.0.0.1"]
