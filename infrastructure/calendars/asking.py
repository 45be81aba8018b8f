"""Requests to calendar services, with their failures in the port's words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from anyio import BrokenWorkerProcess

from infrastructure.calendars.port import Gone, Refused, ServiceError, Unreachable
from infrastructure.outside.addresses import NotAllowed
from infrastructure.outside.answer import Answer
from infrastructure.outside.client import AnswerTooLong, Client, NoAnswer


class Unanswered(Unreachable):
    """There was no answer of HTTP."""


class NotPublic(Unanswered):
    """The address is one that kith doesn't call."""


class TooLarge(Unanswered):
    """The answer is beyond the bound; a smaller question may have one."""


async def ask(
    client: Client,
    method: str,
    url: str,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> Answer:
    """An answer of whatever status. Raises Unreachable."""
    try:
        return await client.request(method, url, headers, body)
    except NotAllowed as refusal:
        raise NotPublic(str(refusal)) from refusal
    except AnswerTooLong as failure:
        raise TooLarge(str(failure)) from failure
    except NoAnswer as failure:
        raise Unanswered(str(failure)) from failure


def failure(answer: Answer) -> ServiceError:
    """The failure that a status stands for."""
    match answer.status:
        case 401:
            return Refused(
                "The server refused the username or the password; many services want a password "
                "made for this app."
            )
        case 403:
            return Refused("The server doesn't allow this user to do that.")
        case 404 | 410:
            return Gone("The server has nothing at this address.")
    return Unreachable(f"The server answers {answer.status}.", answer.retry_after)


@contextmanager
def reading() -> Iterator[None]:
    """Texts are read inside the block, in processes of their own. Raises Unreachable if none can be
    started."""
    try:
        yield
    except (TimeoutError, BrokenWorkerProcess) as error:
        raise Unreachable("kith is too busy to read the calendar at the moment.") from error
