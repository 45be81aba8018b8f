"""Heads without end: one header of 200 MB, many small ones, trailers."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from tests.neighbours.attacking import Target

GET = b"GET /health/live HTTP/1.1\r\nHost: kith\r\n"
CHUNKED = b"POST /api/contacts HTTP/1.1\r\nHost: kith\r\nTransfer-Encoding: chunked\r\n"
MEGABYTES = 200


def one_header(target: Target, seconds: float) -> None:
    _pour(target, seconds, lambda: GET + b"X: ", b"x")


def many_headers(target: Target, seconds: float) -> None:
    _pour(target, seconds, lambda: GET, b"a: b\r\n")


def trailers(target: Target, seconds: float) -> None:
    start = CHUNKED + target.authorization + b"\r\n2\r\n{}\r\n0\r\n"
    _pour(target, seconds, lambda: start, b"a: b\r\n")


def _pour(target: Target, seconds: float, start: Callable[[], bytes], piece: bytes) -> None:
    """Four connections at a time, each with a head of 200 MB, as long as the server takes it."""
    block = piece * (1_000_000 // len(piece))
    deadline = time.monotonic() + seconds

    def pour() -> None:
        while time.monotonic() < deadline:
            with (
                suppress(OSError),
                socket.create_connection(("127.0.0.1", target.port), timeout=seconds) as client,
            ):
                client.sendall(start())
                for _ in range(MEGABYTES):
                    if time.monotonic() > deadline:
                        break
                    client.sendall(block)

    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            pool.submit(pour)
