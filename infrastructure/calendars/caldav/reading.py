"""Texts of calendar objects, read in processes of their own: many at once while none takes long.

The event loop serves everybody, and a megabyte of a text that somebody made for it takes seconds.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import NamedTuple

from infrastructure.calendars.asking import reading
from infrastructure.calendars.icalendar.apart import TOO_SLOW, GivenUp, apart
from infrastructure.calendars.icalendar.fingerprint import fingerprint
from infrastructure.calendars.icalendar.reading import LARGEST, Read, read
from infrastructure.calendars.port import Window

TOGETHER = 25
"""Texts that are read at once; if they take too long, each is read alone."""


class Taken(NamedTuple):
    fingerprint: bytes
    read: Read


async def taken(texts: Sequence[bytes], window: Window, zone: str | None) -> list[Taken]:
    """Raises Unreachable if no process starts."""
    found: list[Taken] = []
    for start in range(0, len(texts), TOGETHER):
        batch = texts[start : start + TOGETHER]
        with reading():
            try:
                found += await apart(_taken, batch, window, zone)
            except GivenUp:
                found += [await _alone(text, window, zone) for text in batch]
    return found


async def digested(function: Callable[[bytes], bytes], text: bytes) -> bytes:
    """The digest of a text by a function of a module; of one that isn't read, as it stands. Raises
    Unreachable if no process starts."""
    if len(text) > LARGEST:
        return _whole(text)
    with reading():
        try:
            return await apart(function, text)
        except GivenUp:
            return _whole(text)


async def _alone(text: bytes, window: Window, zone: str | None) -> Taken:
    try:
        (one,) = await apart(_taken, [text], window, zone)
    except GivenUp:
        return Taken(_whole(text), TOO_SLOW)
    return one


def _taken(texts: Sequence[bytes], window: Window, zone: str | None) -> list[Taken]:
    return [Taken(_fingerprint(text), read(text, window, zone)) for text in texts]


def _fingerprint(text: bytes) -> bytes:
    return fingerprint(text) if len(text) <= LARGEST else _whole(text)


def _whole(text: bytes) -> bytes:
    return sha256(text).digest()
