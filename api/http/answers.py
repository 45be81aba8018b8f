"""Building responses: from a command's answer, and from prepared JSON."""

from collections.abc import Iterable

from starlette.responses import Response

from application.ports import Answer

JSON = "application/json"


def json_response(
    body: str | bytes, status: int = 200, headers: Iterable[tuple[str, str]] = ()
) -> Response:
    return Response(body, status, dict(headers), JSON)


def response_of(answer: Answer) -> Response:
    """What a command's caller gets, the first time as every time."""
    if answer.status == 204:
        return Response(None, 204, dict(answer.headers))
    return Response(answer.body, answer.status, dict(answer.headers), JSON)


def entity_tag(position: int) -> str:
    """The position of the last event that changed what is shown."""
    return f'"{position}"'
