"""Endpoints that send bytes as they are told to, HTTP or not."""

import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Script = Callable[[socket.socket], None]

MOST_SENT = 500_000_000
"""Bytes that a script without end sends, so that a mutant's test ends."""


class Raw:
    """`sends` runs once a request is there, in a thread of its connection. `accepted` are the
    connections that were made, `ended` those that are over."""

    def __init__(self, sends: Script, tls: ssl.SSLContext | None = None):
        self._sends, self._tls = sends, tls
        self.accepted = self.ended = 0
        self._server = socket.create_server(("127.0.0.1", 0), backlog=256)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._server.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                self.accepted += 1
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            connection.recv(65536)
            self._sends(connection)
        connection.close()
        self.ended += 1


def tls(certificate: bytes, key: bytes) -> ssl.SSLContext:
    """The TLS context of a server with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(certificate + key)
        file.flush()
        context.load_cert_chain(file.name)
    return context


@contextmanager
def sending(sends: Script, tls: ssl.SSLContext | None = None) -> Iterator[Raw]:
    one = Raw(sends, tls)
    try:
        yield one
    finally:
        one.close()


def once(*pieces: bytes) -> Script:
    """Sends these, and waits for the connection to be closed."""

    def send(connection: socket.socket) -> None:
        for piece in pieces:
            connection.sendall(piece)
        while connection.recv(65536):
            pass

    return send


def for_ever(first: bytes, again: bytes, *, pause: float = 0.0) -> Script:
    """Sends `first`, then `again` without end, with a pause in seconds between."""
    many = again if pause else again * max(1, 65536 // len(again))

    def send(connection: socket.socket) -> None:
        connection.sendall(first)
        sent = 0
        while sent < MOST_SENT:
            connection.sendall(many)
            sent += len(many)
            time.sleep(pause)

    return send
