"""The connections that `kith serve` takes."""

import socket
import sys
from pathlib import Path

import pytest

from api.cli.serve import GONE, _listen
from infrastructure.settings import Settings


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such option")
def test_a_client_that_cant_be_reached_any_more_is_given_up_by_the_system():
    with _listen(Settings(data_dir=Path("unused"), port=0)) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()):
            connection, _ = listener.accept()
            with connection:
                seconds = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) / 1000
    assert seconds == GONE
