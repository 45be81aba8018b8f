"""The web server: uvicorn, whose shutdown ends open event streams."""

import resource
from functools import partial
from socket import socket
from typing import Any

import uvicorn

from api.composition import Application
from api.http.connection import NO_SNIFFING, Connection
from api.http.connections import Connections, most_connections
from api.streams.streams import EventStreams

KEEP_ALIVE = 75
"""Seconds after which an idle connection is closed: more than the 60 s for which common load
balancers and clients keep theirs. The side that closes first has to be the client: a request that
is sent while the server closes fails without an answer."""


class Server(uvicorn.Server):
    """Ends the streams before it shuts down; uvicorn would wait for them."""

    def __init__(self, config: uvicorn.Config, streams: EventStreams):
        super().__init__(config)
        self._streams = streams

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._streams.stop()
        await super().shutdown(sockets)


def server_of(application: Application) -> Server:
    """The server of `kith serve`, to be run on sockets that are already bound."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    streams = application.services.settings.max_event_streams
    among = Connections(most_connections(streams, files))
    protocol: Any = partial(Connection, among=among)
    config = uvicorn.Config(
        application,
        http=protocol,
        ws="none",
        log_config=None,  # to kith's own handlers, which filter
        log_level="warning",
        lifespan="off",
        access_log=False,
        server_header=False,
        headers=[NO_SNIFFING],
        proxy_headers=False,  # no answer depends on the client's address
        timeout_graceful_shutdown=10,
        timeout_keep_alive=KEEP_ALIVE,
    )
    return Server(config, application.services.streams)
