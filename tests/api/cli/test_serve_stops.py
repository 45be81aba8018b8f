"""`kith serve` ends within seconds, whoever holds a stream open."""

import re
import signal
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack

import httpx

from infrastructure.identity.mint import mint_token
from tests.api.cli.running import start
from tests.api.running import SECRET
from tests.api.streaming import frames, listening


def test_sigterm_ends_open_streams_and_the_service(
    database: Callable[[], str], monkeypatch
) -> None:
    monkeypatch.setenv("KITH_JWT_SECRET", SECRET)
    process = start(database(), "serve", "--port", "0")
    assert process.stdout is not None
    said = process.stdout.readline()
    found = re.search(r"http://127.0.0.1:(\d+)", said)
    assert found, said
    token = mint_token(
        SECRET,
        issuer="kith",
        audience="kith",
        tenant="1",
        user="5",
        name="John Smith",
        permissions=("view_contacts", "audit"),
    )
    address = f"http://127.0.0.1:{found[1]}"
    headers = {"Authorization": f"Bearer {token}"}
    try:
        with ExitStack() as stack:
            client = httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=60)
            stack.enter_context(client)
            streams = [frames(stack.enter_context(listening(client))) for _ in range(10)]
            for stream in streams:
                assert next(frame for frame in stream if frame.comment == "caught up")
            # One more has connected and says nothing.
            stack.enter_context(socket.create_connection(("127.0.0.1", int(found[1]))))
            process.send_signal(signal.SIGTERM)
            started = time.monotonic()
            for stream in streams:
                assert [frame.comment for frame in stream] == ["the service is stopping"]
            process.wait(60)
            assert time.monotonic() - started < 8  # uvicorn by itself would wait for 10
    finally:
        process.kill()
        process.communicate()
