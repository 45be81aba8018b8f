"""Answers of lookalikes in one form: ids, numbers, positions and times in order of appearance.

What else is in an answer is compared byte for byte, its headers too.
"""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from re import Match
from typing import NamedTuple
from urllib.parse import unquote

import httpx

LEFT_OUT = frozenset({"date", "content-length"})
"""Headers that differ from one answer to the same one; the length is compared with the body."""

CURSOR = re.compile(r'(?<=cursor=)[\w-]{20,}|(?<="next":")[\w-]{20,}')
IDENTITY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
INSTANT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(?:Z|\+00:00)")
POSITION = re.compile(
    r'(?<="position":")\d+|(?<=after=)\d+|(?<=cursor=)\d+|(?<="id":)\d+(?=,"event":)|(?<=<tag )\d+'
)
NUMBER = re.compile(r"\b[158]\d{6}\b")
"""See the fixture `service`."""

TAG = re.compile(r'"(\d+)(?:-([0-9a-f]+))?"')
MARGIN = timedelta(minutes=10)
"""Between the clocks of the tests and of PostgreSQL, and the longest that an example takes."""


class Told(NamedTuple):
    """An answer in the form in which those of lookalikes are the same."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


@dataclass
class Teller:
    """Puts the answers of one tenant into this form."""

    tenant: str
    _names: dict[tuple[str, str], str] = field(default_factory=dict)
    _began: datetime = field(default_factory=lambda: datetime.now(UTC))

    def told(self, response: httpx.Response) -> Told:
        length = response.headers.get("content-length")
        assert length in (None, str(len(response.content))) or response.status_code == 304
        headers = [
            (name, self.told_text(self._readable(name, value)))
            for name, value in response.headers.multi_items()
            if name not in LEFT_OUT
        ]
        return Told(response.status_code, tuple(sorted(headers)), self.told_text(response.text))

    def _readable(self, name: str, value: str) -> str:
        if name == "etag":
            return TAG.sub(_tag, value)
        return unquote(value) if name == "link" else value

    def told_text(self, text: str) -> str:
        text = CURSOR.sub(_opened, text).replace(self.tenant, "<tenant>")
        named: tuple[tuple[re.Pattern[str], Callable[[Match[str]], str]], ...] = (
            (IDENTITY, self._named("id")),
            (POSITION, self._named("position")),
            (NUMBER, self._named("number")),
            (INSTANT, self._instant),
        )
        for pattern, name in named:
            text = pattern.sub(name, text)
        return text

    def _named(self, kind: str) -> Callable[[Match[str]], str]:
        return lambda found: self._name(kind, found[0])

    def _name(self, kind: str, text: str) -> str:
        """The name of something by its place among those of its kind that were told."""
        known = sum(1 for one, _ in self._names if one == kind)
        return self._names.setdefault((kind, text), f"<{kind} {known}>")

    def _instant(self, found: Match[str]) -> str:
        """The name of an instant that the ledger took from its clock; any other is as it is."""
        at = datetime.fromisoformat(found[0])
        if abs(at - self._began) > MARGIN:
            return found[0]
        if found[1] and len(found[1]) == len(".000"):
            return "<millisecond>"  # of which two instants may be the same
        return self._name("instant", at.astimezone(UTC).isoformat())


def _tag(found: Match[str]) -> str:
    """The entity tag of a contact has its last contact too, in microseconds."""
    position, last = found.groups()
    if last is None:
        return f'"<tag {position}>"'
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(last, 16))
    return f'"<tag {position} {at.isoformat()}>"'


def _opened(found: Match[str]) -> str:
    """The parts of a cursor but the last, the digest of its tenant and its list."""
    text = found[0] + "=" * (-len(found[0]) % 4)
    return str(json.loads(base64.urlsafe_b64decode(text))[:-1])
