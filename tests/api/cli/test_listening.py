"""The addresses and the connections that `kith serve` takes, and its greeting."""

import socket
import sys
from pathlib import Path

import jwt
import pytest

from api.cli import CommandError
from api.cli.serve import GONE, GREETING_LIFETIME, _listen, _require_keys, greet
from api.identity import secret_of
from infrastructure.settings import Settings
from tests.api.cli.running import run

SECRET = "a secret of 32 bytes or more, as it must be"
KEYS = [{"jwt_secret": SECRET}, {"jwks_url": "https://id.example.com/jwks.json"}]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such option")
def test_an_unreachable_client_is_given_up_by_the_system():
    with _listen(Settings(data_dir=Path("unused"), port=0)) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()):
            connection, _ = listener.accept()
            with connection:
                seconds = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) / 1000
    assert seconds == GONE


class Listener:
    """A listener at an address that needn't be one of this machine's."""

    def __init__(self, address: str):
        self.address = address
        self.closed = False

    def getsockname(self) -> tuple[str, int]:
        return self.address, 8000

    def close(self) -> None:
        self.closed = True


LOOPBACK = ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"]
ELSEWHERE = ["0.0.0.0", "::", "192.168.1.5", "10.0.0.1", "8.8.8.8", "2001:db8::1", "fe80::1%eth0"]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_without_a_key_no_address_of_a_network_is_served(data_dir: Path, address: str):
    listener = Listener(address)
    with pytest.raises(CommandError, match=r"KITH_JWKS_URL .* KITH_JWT_SECRET"):
        _require_keys(Settings(data_dir, host=address), listener)  # type: ignore[arg-type]
    assert listener.closed


@pytest.mark.parametrize("address", LOOPBACK)
def test_without_a_key_this_machine_is_served(data_dir: Path, address: str):
    _require_keys(Settings(data_dir), Listener(address))  # type: ignore[arg-type]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("address", LOOPBACK + ELSEWHERE)
def test_with_a_key_every_address_is_served(data_dir: Path, address: str, key: dict[str, str]):
    _require_keys(Settings(data_dir, **key), Listener(address))  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ["all", "api"])
def test_the_api_is_refused_to_the_network_before_a_database_is_looked_for(monkeypatch, role: str):
    for name in ("KITH_JWT_SECRET", "KITH_JWKS_URL"):
        monkeypatch.delenv(name, raising=False)
    nowhere = "postgresql://kith@127.0.0.1:1/kith"
    done = run(nowhere, "serve", "--role", role, "--host", "0.0.0.0", "--port", "0")
    assert (done.returncode, done.stdout) == (1, "")
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("kith: 0.0.0.0 can be reached from other machines, and no key")
    assert "KITH_JWT_SECRET" in sentence


def test_roles_without_the_api_need_no_key(monkeypatch):
    for name in ("KITH_JWT_SECRET", "KITH_JWKS_URL"):
        monkeypatch.delenv(name, raising=False)
    nowhere = "postgresql://kith@127.0.0.1:1/kith"
    done = run(nowhere, "serve", "--role", "projector", "--host", "0.0.0.0")
    assert "The database can't be reached" in done.stderr


def greeted(settings: Settings, address: str, monkeypatch, capsys, *, terminal: bool) -> str:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    greet(settings, Listener(address))  # type: ignore[arg-type]
    return str(capsys.readouterr().out)


@pytest.mark.parametrize("address", LOOPBACK)
def test_a_terminal_is_greeted_with_a_token_for_an_hour(
    data_dir: Path, monkeypatch, capsys, address: str
):
    settings = Settings(data_dir=data_dir)
    said = greeted(settings, address, monkeypatch, capsys, terminal=True)
    token = said.split("A token for development (tenant 1, for an hour): ")[1].split()[0]
    claims = jwt.decode(token, secret_of(settings), ["HS256"], audience="kith")
    assert claims["exp"] - claims["iat"] == GREETING_LIFETIME.total_seconds() == 3600


@pytest.mark.parametrize(
    ("key", "address", "terminal"),
    [
        ({}, "127.0.0.1", False),
        ({}, "::1", False),
        ({}, "0.0.0.0", True),
        *[(key, "127.0.0.1", True) for key in KEYS],
        *[(key, "0.0.0.0", True) for key in KEYS],
    ],
)
def test_no_other_output_holds_a_token(
    data_dir: Path, monkeypatch, capsys, key: dict[str, str], address: str, terminal: bool
):
    settings = Settings(data_dir, **key)  # type: ignore[arg-type]
    said = greeted(settings, address, monkeypatch, capsys, terminal=terminal)
    assert said.startswith("kith is listening on http://")
    assert "eyJ" not in said
    assert SECRET not in said
