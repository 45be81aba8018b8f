"""The connections that `kith serve` takes."""

import socket
import sys
from pathlib import Path

import pytest

from api.cli.serve import GONE, _listen, greet
from infrastructure.settings import Settings


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such option")
def test_an_unreachable_client_is_given_up_by_the_system():
    with _listen(Settings(data_dir=Path("unused"), port=0)) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()):
            connection, _ = listener.accept()
            with connection:
                seconds = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) / 1000
    assert seconds == GONE


@pytest.mark.parametrize("secret", [None, "a secret of 32 bytes or more, as it must be"])
def test_a_token_is_shown_only_where_nobody_has_set_the_secret(
    data_dir: Path, capsys: pytest.CaptureFixture[str], secret: str | None
):
    settings = Settings(data_dir=data_dir, port=0, jwt_secret=secret)
    with _listen(settings) as listener:
        greet(settings, listener)
    assert ("token" in capsys.readouterr().out) == (secret is None)
