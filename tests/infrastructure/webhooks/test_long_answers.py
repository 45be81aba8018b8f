"""An answer is read within bounds, whatever the endpoint sends and however."""

from collections.abc import Iterator

import pytest
from anyio import EndOfStream
from anyio.abc import ByteStream
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.outside import parser
from infrastructure.outside.parser import MOST_HEADERS, MOST_INFORMATIONAL
from infrastructure.outside.wire import Share, TooLong, Wire
from infrastructure.webhooks import posting
from infrastructure.webhooks.posting import MOST_BYTES, MOST_PIECES, Poster, PostResult
from infrastructure.webhooks.response import Head, read
from tests.infrastructure.outside.raw import Script, for_ever, once, sending
from tests.infrastructure.webhooks.support import dispatching, ended, outcomes, subscribe

pytestmark = pytest.mark.anyio

OK = b"HTTP/1.1 200 OK\r\n"
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

TOO_LONG = "The answer was too long."
BROKE_OFF = "The connection broke off."
NO_ANSWER = "There was no answer within 1 seconds."

ENDLESS = {
    "informational answers": for_ever(b"", CONTINUE),
    "informational answers with a header": for_ever(b"", b"HTTP/1.1 103 Hints\r\na: b\r\n\r\n"),
    "headers": for_ever(OK, b"a:\r\n"),
    "one header": for_ever(OK + b"a: ", b"x"),
    "a folded header": for_ever(OK + b"a: b", b"\r\n c"),
    "a header of spaces": for_ever(OK + b"a:", b" "),
    "a reason": for_ever(b"HTTP/1.1 200 ", b"x"),
    "empty lines": for_ever(b"", b"\r\n"),
    "single bytes": for_ever(OK, b"a", pause=0.001),
}
ENDLESS_BEHIND_A_STATUS = {
    "a body": for_ever(OK + b"Content-Length: 1000000000\r\n\r\n", b"x"),
    "a body up to the end": for_ever(OK + b"\r\n", b"x"),
    "a body of single bytes": for_ever(OK + b"\r\n", b"x", pause=0.001),
    "chunks": for_ever(CHUNKED, b"1\r\nx\r\n"),
    "one chunk's size": for_ever(CHUNKED, b"0"),
    "one chunk's extension": for_ever(CHUNKED + b"1;", b" "),
    "trailers": for_ever(CHUNKED + b"0\r\n", b"a: b\r\n"),
    "other answers": for_ever(NO_CONTENT, b"HTTP/1.1 500 No\r\n\r\n"),
}


async def post(sends: Script, seconds: float = 60) -> PostResult:
    with sending(sends) as endpoint:
        poster = Poster(allow_private=True, seconds=seconds)
        return await poster.post("1", endpoint.url, {}, b"{}")


@pytest.mark.parametrize("what", ENDLESS)
async def test_a_head_without_end_is_a_failed_attempt(what: str):
    attempt = await post(ENDLESS[what])
    assert (attempt.status, attempt.error) == (None, TOO_LONG)


@pytest.mark.parametrize("what", ENDLESS_BEHIND_A_STATUS)
async def test_a_status_stands_whatever_comes_behind_it_without_end(what: str):
    attempt = await post(ENDLESS_BEHIND_A_STATUS[what])
    assert attempt.delivered
    assert attempt.status in (200, 204)


@pytest.mark.parametrize(
    ("bounds", "what"),
    [
        ({"MOST_BYTES", "MOST_BESIDE"}, "one header"),
        ({"MOST_BYTES", "MOST_PIECES", "MOST_BESIDE"}, "a header of spaces"),
        ({"MOST_PIECES"}, "single bytes"),
        ({"MOST_BYTES", "MOST_PIECES", "MOST_HEADERS", "MOST_BESIDE"}, "headers"),
        (
            {"MOST_BYTES", "MOST_PIECES", "MOST_INFORMATIONAL", "MOST_BESIDE"},
            "informational answers",
        ),
    ],
)
async def test_an_answer_without_a_bound_is_detected(monkeypatch, bounds, what):
    """The mutants: bounds that nothing reaches. The attempt ends with its time."""
    for module in (posting, parser):
        for name in bounds & vars(module).keys():
            monkeypatch.setattr(module, name, 10**12)
    if what in ("one header", "a header of spaces"):
        monkeypatch.setattr(posting, "MOST_PIECES", 10**12)
    attempt = await post(ENDLESS[what], seconds=1)
    assert attempt.error == NO_ANSWER


@pytest.mark.parametrize("pause", [0.2, 0.05])
async def test_an_answer_of_a_byte_now_and_then_ends_with_the_time_of_the_attempt(pause):
    for first in (OK, OK + b"\r\n"):
        attempt = await post(for_ever(first, b"a", pause=pause), seconds=1)
        assert (attempt.status, attempt.error) == (None, NO_ANSWER)


@pytest.mark.parametrize("byte", [b"\x00", b"\x0b", b"\r\r"])
async def test_spaces_before_a_forbidden_byte_dont_stop_the_event_loop(byte):
    """A backtracking parser takes minutes for them."""
    head = OK + b"Content-Length: 0\r\na:" + b" " * 60_000 + byte + b"\r\n\r\n"
    attempt = await post(once(head))
    assert attempt.status == 200 or attempt.error == BROKE_OFF


@pytest.mark.parametrize(
    ("answer", "head"),
    [
        (CONTINUE * MOST_INFORMATIONAL + NO_CONTENT, (204, None)),
        (CONTINUE * (MOST_INFORMATIONAL + 1) + NO_CONTENT, None),
        (OK + b"a: b\r\n" * MOST_HEADERS + b"\r\n", (200, None)),
        (OK + b"a: b\r\n" * (MOST_HEADERS + 1) + b"\r\n", None),
        (OK + b"a: " + b"b" * 16_000 + b"\r\n\r\n", (200, None)),
        (OK + b"a: " + b"b" * MOST_BYTES + b"\r\n\r\n", None),
        (b"HTTP/1.1 103 Hints\r\nRetry-After: 5\r\n\r\nHTTP/1.1 503 No\r\n\r\n", (503, None)),
        (b"HTTP/1.1 503 No\r\nretry-AFTER: 5\r\n\r\n", (503, b"5")),
        (b"HTTP/1.1 503\r\nRetry-After: 5\r\n\r\n", (503, b"5")),
        (b"HTTP/1.0 200 OK\na: b\n\nbody", (200, None)),
        (OK + b"a: b\r\n c\r\nb: \x01\xff\r\n\r\n", (200, None)),
        (OK + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", (200, None)),
        (CHUNKED + b"0\r\nRetry-After: 5\r\n\r\n", (200, None)),
        (b"HTTP/1.1 101 Now\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n\x00", (101, None)),
        (NO_CONTENT + b"HTTP/1.1 500 No\r\nRetry-After: 5\r\n\r\n", (204, None)),
    ],
)
@given(data=st.data())
def test_an_answer_is_read_alike_in_whatever_pieces_it_comes(answer, head, data):
    cuts = sorted(data.draw(st.sets(st.integers(1, len(answer)), max_size=8)))
    expected = None if head is None else Head(*head)
    assert _read(_cut(answer, cuts)) == expected


class Pieces(ByteStream):
    def __init__(self, pieces: Iterator[bytes]):
        self._pieces = pieces
        self._left = b""

    async def receive(self, max_bytes: int = 65536) -> bytes:
        self._left = self._left or next(self._pieces, b"")
        if not self._left:
            raise EndOfStream
        piece, self._left = self._left[:max_bytes], self._left[max_bytes:]
        return piece

    async def send(self, item: bytes) -> None:
        raise NotImplementedError

    async def send_eof(self) -> None:
        raise NotImplementedError

    async def aclose(self) -> None:
        raise NotImplementedError


def _cut(answer: bytes, cuts: list[int]) -> Iterator[bytes]:
    for begin, end in zip([0, *cuts], [*cuts, len(answer)], strict=True):
        if begin < end:
            yield answer[begin:end]


def _read(pieces: Iterator[bytes]) -> Head | None:
    """None for an answer that is too long."""
    reading = read(Wire(Pieces(pieces), Share(bytes=MOST_BYTES, pieces=MOST_PIECES)))
    try:
        reading.send(None)
    except StopIteration as stopped:
        found: Head = stopped.value
        return found
    except TooLong:
        return None
    raise AssertionError("it waits for nothing")


async def test_an_answer_that_is_too_long_is_in_the_delivery_log(opened):
    with sending(ENDLESS["informational answers"]) as endpoint:
        webhook = await subscribe(opened, endpoint.url)
        async with dispatching(opened, retries=()):
            await opened.log()
            await ended(opened, webhook.id)
    assert await outcomes(opened, webhook.id) == [("failed", 1, None, TOO_LONG)]
