"""Connecting to Kafka without leaks of sockets and threads.

kafka-python 3.0 leaves a socket whose connection or TLS handshake failed to the garbage collector,
and tries again once a second; a client that couldn't be constructed keeps trying in its thread. An
idle relay, or one with a wrong password, would run out of file descriptors within the hour. All
three are closed here, by the options that the library has: the scheme of a proxy, the TLS context
and the network client.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from kafka.net.compat import KafkaNetClient
from kafka.net.inet import KafkaNetSocket

from infrastructure.settings import Settings

SECONDS_TO_CONNECT = 4.0

DIRECT = "direct"
"""The proxy scheme that selects DirectSocket."""


class DirectSocket(KafkaNetSocket):  # type: ignore[misc]  # kafka-python has no types
    """A connection without a proxy, closed when connecting fails."""

    SCHEMES = (DIRECT,)

    async def sock_connect(self, net: Any, sock: socket.socket, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super().sock_connect(net, sock, *args, **kwargs)
        except BaseException:
            sock.close()
            raise


class TLSSocket(ssl.SSLSocket):
    """Closed when the handshake fails or takes longer than SECONDS_TO_CONNECT."""

    _late: threading.Timer | None = None

    def do_handshake(self, block: bool = False) -> None:
        if self._late is None:
            # kafka-python waits for the handshake without a bound.
            self._late = threading.Timer(SECONDS_TO_CONNECT, self._give_up)
            self._late.daemon = True
            self._late.start()
        try:
            super().do_handshake(block)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except OSError:
            self._late.cancel()
            self.close()
            raise
        self._late.cancel()

    def _give_up(self) -> None:
        """Shut the socket down: a thread that waits for it finds the connection closed."""
        with suppress(OSError):
            socket.socket.shutdown(self, socket.SHUT_RDWR)


def knock(settings: Settings) -> None:
    """Connect to a broker and close. Raises OSError at once if none can be reached: a client would
    try for seconds."""
    reason: OSError = OSError("no broker is set")
    for server in settings.kafka_bootstrap_servers:
        host, _, port = server.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), SECONDS_TO_CONNECT).close()
        except OSError as error:
            reason = error
        else:
            return
    raise reason


@contextmanager
def connection_options(settings: Settings) -> Iterator[dict[str, Any]]:
    """The options for any client of kafka-python. A client is constructed within the context: if
    that fails, its network client is closed. Raises OSError if the CA file can't be read."""
    begun: list[KafkaNetClient] = []
    options = {
        "bootstrap_servers": list(settings.kafka_bootstrap_servers),
        "bootstrap_timeout_ms": SECONDS_TO_CONNECT * 1000,
        "security_protocol": settings.kafka_security_protocol,
        "sasl_mechanism": settings.kafka_sasl_mechanism,
        "sasl_plain_username": settings.kafka_username,
        "sasl_plain_password": settings.kafka_password,
        "ssl_context": _tls(settings),
        "proxy_url": f"{DIRECT}://",
        "kafka_client": _remembered(begun),
        # A broker that comes up is noticed within a second, not within half a minute.
        "reconnect_backoff_max_ms": 1000,
    }
    try:
        yield {name: value for name, value in options.items() if value is not None}
    except BaseException:
        for client in begun:
            client.close()
        raise


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if not settings.kafka_security_protocol.endswith("SSL"):
        return None
    context = ssl.create_default_context(cafile=settings.kafka_cafile)
    context.sslsocket_class = TLSSocket
    return context


def _remembered(begun: list[KafkaNetClient]) -> Callable[..., KafkaNetClient]:
    def begin(**options: Any) -> KafkaNetClient:
        begun.append(KafkaNetClient(**options))
        return begun[-1]

    return begin
