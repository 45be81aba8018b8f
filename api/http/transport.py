"""The bytes of its answers that a client has taken."""

import fcntl
import struct
import termios
from asyncio import BaseTransport
from typing import Any


class CountedTransport:
    """A transport that counts the bytes written to it."""

    def __init__(self, transport: BaseTransport):
        self._transport: Any = transport
        self.written = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        self.written += len(data)
        self._transport.write(data)

    @property
    def waiting(self) -> int:
        """Bytes that the system hasn't taken yet."""
        return int(self._transport.get_write_buffer_size())

    @property
    def taken(self) -> int:
        """Bytes that the client has taken."""
        return self.written - self.waiting - self._in_the_system()

    def _in_the_system(self) -> int:
        """Bytes that the system holds for the client: often more than a megabyte, of which it
        takes more only when a good part is gone."""
        try:
            where = self._transport.get_extra_info("socket").fileno()
            (held,) = struct.unpack("i", fcntl.ioctl(where, termios.TIOCOUTQ, bytes(4)))
        except OSError:  # not known here
            return 0
        return int(held)
