"""JSON exchanges with a calendar service's REST API, its failures told as the port's errors."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from infrastructure.calendars.port import CursorLost, Refused, ServiceError, Unreachable
from infrastructure.oauth.bearer import Bearer
from infrastructure.oauth.tokens import GrantRefused, NoTokens
from infrastructure.outside.addresses import NotAllowed
from infrastructure.outside.answer import Answer
from infrastructure.outside.client import Client, NoAnswer

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT = 401, 403, 404, 409
GONE, STALE, REQUEST_TIMEOUT, TOO_MANY = 410, 412, 408, 429
NO_LONGER_THERE = (NOT_FOUND, GONE)

WAIT = 60.0
"""Seconds to wait after a refusal for too many requests that names no time."""

TOO_OFTEN = frozenset(
    """rateLimitExceeded userRateLimitExceeded quotaExceeded dailyLimitExceeded
    calendarUsageLimitsExceeded concurrentLimitExceeded ApplicationThrottled
    ErrorExceededConnectionCount""".split()
)
"""Reasons of a 403 that pass."""

NOT_PERMITTED = frozenset(
    """authError insufficientPermissions accessNotConfigured domainPolicy
    ACCESS_TOKEN_SCOPE_INSUFFICIENT SERVICE_DISABLED""".split()
)
"""Reasons of a 403 that stand for the whole account."""

LOST = frozenset(
    "fullSyncRequired resyncRequired syncStateNotFound SyncStateNotFound SyncStateInvalid".split()
)
"""Reasons after which a cursor is good no longer, whatever the status."""

_REASON = re.compile(r"[A-Za-z_]{1,64}")

Document = dict[str, Any]


class Reply(NamedTuple):
    status: int
    document: Document

    @property
    def found(self) -> bool:
        return self.status not in NO_LONGER_THERE


class Api:
    """One account at a service. Every request carries its token, and goes nowhere else."""

    def __init__(self, client: Client, bearer: Bearer):
        self._client = client
        self._bearer = bearer
        self.name = bearer.provider.name
        self.base = bearer.provider.api

    async def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Document | None = None,
        headers: Mapping[str, str] | None = None,
        answers: Collection[int] = (),
    ) -> Reply:
        """Send a request to a path below the API, or to a link that the API gave. A status below
        300, or one of `answers`, is returned. Raises ServiceError, CursorLost."""
        url = path if path.startswith(f"{self.base}/") else self.base + path
        if query:
            url += f"{'&' if '?' in url else '?'}{urlencode(query, safe='$', quote_via=quote)}"
        sent = {"Accept": "application/json", "Accept-Encoding": "gzip", **(headers or {})}
        content = b""
        if body is not None:
            sent["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        answer = await self._authorized(method, url, sent, content)
        if answer.status < 300 or answer.status in answers:
            return Reply(answer.status, self._document(answer))
        raise self._failure(answer)

    async def close(self) -> None:
        await self._client.close()
        await self._bearer.close()

    async def _authorized(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes
    ) -> Answer:
        """The answer to a request, which is sent once more with a new token if its was refused."""
        try:
            token = await self._bearer.token()
            answer = await self._sent(method, url, headers, content, token)
            if answer.status == UNAUTHORIZED:
                token = await self._bearer.renew(token)
                answer = await self._sent(method, url, headers, content, token)
        except GrantRefused:
            raise Refused(self._consent()) from None
        except NoTokens as error:
            raise Unreachable(str(error), error.retry_after) from None
        except (NoAnswer, NotAllowed) as error:
            raise Unreachable(f"{self.name}: {error}") from None
        return answer

    async def _sent(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes, token: str
    ) -> Answer:
        authorized = {**headers, "Authorization": f"Bearer {token}"}
        return await self._client.request(method, url, authorized, content)

    def _document(self, answer: Answer) -> Document:
        if not answer.body or answer.status >= 300:
            return {}
        try:
            found = json.loads(answer.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise self.nonsense()
        return found

    def nonsense(self) -> Unreachable:
        return Unreachable(f"{self.name} gave an answer without sense.")

    def _failure(self, answer: Answer) -> ServiceError:
        reasons = _reasons(answer.body)
        if reasons & LOST:
            raise CursorLost
        said = next(iter(sorted(reasons)), str(answer.status))
        if answer.status == TOO_MANY or (answer.status == FORBIDDEN and reasons & TOO_OFTEN):
            wait = answer.retry_after
            return Unreachable(f"{self.name} wants fewer requests.", WAIT if wait is None else wait)
        if answer.status >= 500 or answer.status == REQUEST_TIMEOUT:
            return Unreachable(
                f"{self.name} has a fault of its own ({answer.status}).", answer.retry_after
            )
        if answer.status == UNAUTHORIZED:
            return Refused(self._consent())
        if answer.status == FORBIDDEN and reasons & NOT_PERMITTED:
            return Refused(f"{self.name} doesn't permit it ({said}). Connect the account again.")
        return ServiceError(f"{self.name} refuses the request ({said}).")

    def _consent(self) -> str:
        return f"{self.name} no longer accepts the consent. Connect the account again."


def segment(text: str) -> str:
    """A text as one segment of a path."""
    return quote(text, safe="")


def _reasons(body: bytes) -> set[str]:
    """The words by which Google and Graph name a failure."""
    try:
        error = json.loads(body)["error"]
        each = error.get("errors") or []
        details = error.get("details") or []
        words = {error.get("code"), *(one.get("reason") for one in (*each, *details))}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return set()
    return {word for word in words if isinstance(word, str) and _REASON.fullmatch(word)}
