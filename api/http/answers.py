"""Building responses: from a command's answer, and from prepared JSON."""

from collections.abc import Iterable

from starlette.responses import Response

from application.ports import Answer

Headers = Iterable[tuple[str, str]]


class JsonResponse(Response):
    """A body that is JSON already, and headers that needn't be searched for what they lack."""

    def __init__(self, body: str | bytes, status: int, headers: Headers):
        self.status_code = status
        self.background = None
        self.body = body if isinstance(body, bytes) else body.encode()
        self.raw_headers = [
            (b"content-length", b"%d" % len(self.body)),
            (b"content-type", b"application/json"),
            *((name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in headers),
        ]


def json_response(body: str | bytes, status: int = 200, headers: Headers = ()) -> Response:
    return JsonResponse(body, status, headers)


def response_of(answer: Answer) -> Response:
    """What a command's caller gets, the first time as every time."""
    if answer.status == 204:
        return Response(None, 204, dict(answer.headers))
    return JsonResponse(answer.body, answer.status, answer.headers)


def entity_tag(position: int) -> str:
    """The position of the last event that changed what is shown."""
    return f'"{position}"'
