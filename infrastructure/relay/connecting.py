"""How Kafka is reached, with nothing left behind where it isn't.

kafka-python 3.0 leaves a socket that couldn't connect, or couldn't agree on TLS, to the garbage
collector, and tries once a second; and a client that is made in vain goes on trying in a thread of
its own. A relay with nothing to send, or with a wrong password, would have run out of descriptors
within the hour. All three are closed here, with what the library lets its user choose:
the scheme of a proxy, the TLS context and the network client.
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
"""The scheme that stands for no proxy: DirectSocket's."""


class DirectSocket(KafkaNetSocket):  # type: ignore[misc]  # kafka-python has no types
    """A connection without a proxy that is closed when it can't be made."""

    SCHEMES = (DIRECT,)

    async def sock_connect(self, net: Any, sock: socket.socket, *args: Any, **kwargs: Any) -> Any:
        try:
            return await super().sock_connect(net, sock, *args, **kwargs)
        except BaseException:
            sock.close()
            raise


class TLSSocket(ssl.SSLSocket):
    """Closed when the two sides can't agree, or not in time."""

    _late: threading.Timer | None = None

    def do_handshake(self, block: bool = False) -> None:
        if self._late is None:
            # kafka-python waits for the other side's next word, for ever.
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
        """Whoever waits is woken, and finds the connection at its end."""
        with suppress(OSError):
            socket.socket.shutdown(self, socket.SHUT_RDWR)


def knock(settings: Settings) -> None:
    """Raises OSError at once if no broker can be reached: a client would try for seconds."""
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
    """The options of kafka-python that all its clients take. A client is to be made within: if that
    fails, what it began is ended. Raises OSError if the authorities can't be read."""
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
