"""The web server: uvicorn, with what open event streams need of it."""

from socket import socket

import uvicorn

from api.composition import Application
from api.http.connection import Connection
from api.streams.streams import EventStreams


class Server(uvicorn.Server):
    """Ends the streams when it has to stop: it would wait for them otherwise."""

    def __init__(self, config: uvicorn.Config, streams: EventStreams):
        super().__init__(config)
        self._streams = streams

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._streams.stop()
        await super().shutdown(sockets)


def server_of(application: Application) -> Server:
    """`kith serve`'s own, to be run on sockets that are open already."""
    config = uvicorn.Config(
        application,
        http=Connection,
        ws="none",
        log_config=None,  # with everybody else's, to where they are filtered
        log_level="warning",
        lifespan="off",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing depends on where a request came from
        timeout_graceful_shutdown=10,
    )
    return Server(config, application.services.streams)
