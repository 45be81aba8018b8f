"""Streams of events as tests ask for them: up to where they have caught up, or line by line."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx

from tests.api.running import Service

STREAM = "/api/events/stream"
CAUGHT_UP = ": caught up"


class Frame(NamedTuple):
    """The lines between two blank ones; `data` is the CloudEvent, None where there is none."""

    id: int | None
    type: str | None
    data: Any
    comment: str | None
    text: str


def frames(response: httpx.Response) -> Iterator[Frame]:
    """The frames of a stream as they come, read as the specification of EventSource says."""
    lines: list[str] = []
    for line in response.iter_lines():
        if line:
            lines.append(line)
            continue
        fields = dict(each.split(": ", 1) for each in lines if not each.startswith(":"))
        comments = [each[2:] for each in lines if each.startswith(":")]
        yield Frame(
            int(fields["id"]) if "id" in fields else None,
            fields.get("event"),
            json.loads(fields["data"]) if "data" in fields else None,
            comments[0] if comments else None,
            "\n".join(lines),
        )
        lines = []


def events(response: httpx.Response) -> Iterator[Frame]:
    """Those frames that an EventSource makes an event of."""
    return (frame for frame in frames(response) if frame.data is not None)


@contextmanager
def listening(
    client: httpx.Client, last: int | str | None = None, **query: Any
) -> Iterator[httpx.Response]:
    """A stream that is open, after the position `last`."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    with client.stream("GET", STREAM, params=query, headers=headers) as response:
        assert response.status_code == 200, response.read()
        yield response


def ask(client: httpx.Client, method: str, address: str, **more: Any) -> httpx.Response:
    """A response that has an end. A stream's are the events from the beginning, unless another
    position is asked for, up to where it has caught up, as a JSON array."""
    if address.endswith(STREAM) and "after" not in more.get("params", {}):
        more["headers"] = {"Last-Event-ID": "0"} | more.get("headers", {})
    with client.stream(method, address, **more) as response:
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            response.read()
            return response
        told = []
        for frame in frames(response):
            if frame.comment == "caught up":
                break
            if frame.data is not None:
                told.append(frame.data)
        headers = [(n, v) for n, v in response.headers.items() if n != "transfer-encoding"]
        return httpx.Response(
            response.status_code,
            headers=[(n, v) for n, v in headers if n != "content-type"],
            json=told,
            request=response.request,
        )


def until(stream: Iterator[Frame], comment: str) -> list[Frame]:
    """The frames before the one with this comment, and that one."""
    found = []
    for frame in stream:
        found.append(frame)
        if frame.comment == comment:
            return found
    raise AssertionError(f"it ended without {comment!r}: {found[-1:]}")


def opened(service: Service) -> int:
    return service.services.streams.count


def eventually(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def all_gone(service: Service) -> None:
    """Wait until nobody holds a stream open, those of earlier tests included."""
    eventually(lambda: opened(service) == 0)
