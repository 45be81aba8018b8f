"""Exchanges as a contract's document prints them, and how an answer is held against them.

They stand in `documented.http` beside a contract's tests, request and response as in the document,
so that the two can be laid side by side. Ids and instants are compared by their form, a text that
the document breaks off with an ellipsis by its beginning, and all else exactly.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

NOTHING: Mapping[str, str] = {}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_STATUS = re.compile(r"^HTTP/1\.1 (\d{3}).*$", re.MULTILINE)
_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)


@dataclass(frozen=True)
class Exchange:
    method: str
    path: str
    body: str | None
    status: int
    answer: Any

    def send(self, client: httpx.Client, instead: Mapping[str, str] = NOTHING) -> httpx.Response:
        """Send the request as it is printed, but for the texts that stand for something here."""
        path, body = self.path, self.body
        for printed, text in instead.items():
            path = path.replace(printed, text)
            body = body and body.replace(printed, text)
        headers = {} if body is None else {"Content-Type": "application/json"}
        return client.request(self.method, path, content=body, headers=headers)

    def check(self, response: httpx.Response) -> Any:
        """Hold the answer against the documented one; the answer."""
        assert response.status_code == self.status, response.text
        assert response.headers["content-type"] == "application/json"
        answer = response.json()
        compare(self.answer, answer, "")
        return answer


def exchanges(beside: str) -> dict[str, Exchange]:
    """Those in the file beside a test, by their titles."""
    text = (Path(beside).parent / "documented.http").read_text()
    found = {}
    for part in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        asked, status, answered = _STATUS.split(rest, maxsplit=1)
        head, _, body = asked.strip().partition("\n\n")
        method, path, *_ = head.split()
        answer = json.loads(_COMMENT.sub("", answered))
        found[title] = Exchange(method, path, body.strip() or None, int(status), answer)
    return found


def compare(documented: Any, answered: Any, where: str) -> None:
    """Same keys in the same order, same types, same form, same values where they can be known."""
    if isinstance(documented, dict):
        assert isinstance(answered, dict), where
        assert list(answered) == list(documented), where
        for key, value in documented.items():
            compare(value, answered[key], f"{where}/{key}")
    elif isinstance(documented, list):
        assert isinstance(answered, list), where
        assert len(answered) >= len(documented), where
        for index, value in enumerate(documented):
            compare(value, answered[index], f"{where}/{index}")
    elif isinstance(documented, str) and INSTANT.fullmatch(documented):
        assert INSTANT.fullmatch(answered), where
    elif isinstance(documented, str) and _is_uuid(documented):
        assert _is_uuid(answered), where
    elif isinstance(documented, str) and documented.endswith("..."):
        assert answered.startswith(documented.removesuffix("...")), where
    else:
        assert (type(answered), answered) == (type(documented), documented), where


def _is_uuid(text: object) -> bool:
    try:
        return isinstance(text, str) and str(UUID(text)) == text
    except ValueError:
        return False
