"""Fingerprints and ETags of calendar objects that services hand out as JSON documents."""

import json
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from typing import Any


def fingerprint(documents: Iterable[Mapping[str, Any]], without: Collection[str]) -> bytes:
    """The SHA-256 of all components of an object, in any order, but for the named fields, which the
    service changes by itself."""
    kept = (
        {name: value for name, value in document.items() if name not in without}
        for document in documents
    )
    return sha256("\n".join(sorted(map(_text, kept))).encode()).digest()


def series_etag(etags: Iterable[str | None]) -> str:
    """One ETag for a series, whose components have each their own."""
    return f'"{sha256(_text(sorted(etag or "" for etag in etags)).encode()).hexdigest()[:32]}"'


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
