"""Notices that a double sends to a kith: once, twice, later, with a wrong token, or never."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx

PUBLIC = "https://kith.example.com"
"""The address under which the kith of the tests is told to be reached."""

SECONDS = 30.0


class Notice(NamedTuple):
    path: str
    headers: Mapping[str, str]
    body: Any = None


class Notices:
    """`kith` is where the kith really is; without it nothing is sent. Each notice is sent `times`
    times, with `token` in the place of its own if there is one; with `late`, once `send_held` is
    called. `answers` are the statuses that came back."""

    def __init__(self) -> None:
        self.kith: str | None = None
        self.times = 1
        self.token: str | None = None
        self.late = False
        self.held: list[Notice] = []
        self.answers: list[int] = []

    def send(self, address: str, headers: Mapping[str, str], body: Any = None) -> None:
        """Send a notice to an address, which has to be one of https."""
        assert urlsplit(address).scheme == "https", address
        assert address.startswith(f"{PUBLIC}/"), address
        notice = Notice(address.removeprefix(PUBLIC), headers, body)
        if self.late:
            self.held.append(notice)
        else:
            self._post(notice)

    def validate(self, address: str) -> bool:
        """True if the hook repeats a text of Microsoft's, and nothing else."""
        if self.kith is None:
            return True
        assert address.startswith(f"{PUBLIC}/"), address
        text = "Validation: Testing client application reachability <b> é+%20"
        url, sent = self.kith + address.removeprefix(PUBLIC), {"Content-Type": "text/plain"}
        query = {"validationToken": text}
        answer = httpx.post(url, params=query, headers=sent, timeout=SECONDS, trust_env=False)
        plain = answer.headers["content-type"].startswith("text/plain")
        return (answer.status_code, answer.text, plain) == (200, text, True)

    def send_held(self) -> None:
        held, self.held = self.held, []
        for notice in held:
            self._post(notice)

    def _post(self, notice: Notice) -> None:
        if self.kith is None:
            return
        for _ in range(self.times):
            url = self.kith + notice.path
            sent = {"json": notice.body} if notice.body is not None else {}
            answer = httpx.post(
                url, headers=notice.headers, timeout=SECONDS, trust_env=False, **sent
            )
            self.answers.append(answer.status_code)
