"""The parsers of settings: each takes a variable's name and text, and raises SettingsError, with
the name, for an invalid value."""

import base64
import re
from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

_SHORTEST_SECRET_BYTES = 32  # as long as the hash that HS256 signs with
_KEY_BYTES = 32  # of AES-256


class SettingsError(Exception):
    """An environment variable has an invalid value; the message says which one and why."""


def text(_name: str, value: str) -> str:
    return value


def whole_number(smallest: int, largest: int, of: str) -> Callable[[str, str], int]:
    def parse(name: str, value: str) -> int:
        # int() alone would also take "8_000" and digits of other scripts.
        number = int(value) if re.fullmatch(r"[0-9]{1,12}", value) else -1
        if not smallest <= number <= largest:
            raise SettingsError(
                f"{name} must be {of}, a whole number from {smallest} to {largest}; "
                f"{value!r} isn't."
            )
        return number

    return parse


def one_of(*words: str) -> Callable[[str, str], str]:
    def parse(name: str, value: str) -> str:
        if value not in words:
            raise SettingsError(f"{name} must be one of {', '.join(words)}; {value!r} isn't.")
        return value

    return parse


def flag(name: str, value: str) -> bool:
    return one_of("0", "1")(name, value) == "1"


def secret(name: str, value: str) -> str:
    """A secret is never repeated in a message."""
    if len(value.encode()) < _SHORTEST_SECRET_BYTES:
        raise SettingsError(
            f"{name} is too short: a secret that signs tokens has {_SHORTEST_SECRET_BYTES} bytes "
            f"or more. 'openssl rand -hex 32' makes a good one."
        )
    return value


def secret_keys(name: str, value: str) -> tuple[tuple[str, bytes], ...]:
    """Keys with their ids, of `id:base64`, separated by commas. A key is never repeated in a
    message."""
    found: dict[str, bytes] = {}
    for number, part in enumerate(_list(value), 1):
        identity, _, text = part.partition(":")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", identity) or identity in found:
            raise SettingsError(
                f"{name} is id:key, several separated by commas; the id of key {number} isn't 1 to "
                f"32 letters, digits, '_' or '-', different from the others."
            )
        found[identity] = _key(f"The key {number} of {name}", text)
    if not found:
        raise SettingsError(f"{name} is id:key, several separated by commas; it has no key.")
    return tuple(found.items())


def _key(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise SettingsError(
            f"{name} isn't {_KEY_BYTES} bytes in base64. 'openssl rand -base64 {_KEY_BYTES}' makes "
            f"good ones."
        )
    return key


def database_url(name: str, value: str) -> str:
    """Not repeated in a message either: it may hold a password."""
    if not re.match(r"(postgresql|postgres)://", value):
        raise SettingsError(
            f"{name} must be a PostgreSQL address such as postgresql://user@host:5432/kith; "
            f"leave it out to use the embedded PostgreSQL."
        )
    return value


def servers(name: str, value: str) -> tuple[str, ...]:
    found = _list(value)
    for server in found:
        host, _, number = server.rpartition(":")
        if not host or not number.isascii() or not number.isdigit():
            raise SettingsError(
                f"{name} must be host:port, several separated by commas; {server!r} isn't."
            )
        whole_number(0, 65535, "a port number")(f"The port of {server!r} in {name}", number)
    return found


def origins(name: str, value: str) -> tuple[str, ...]:
    found = _list(value)
    for origin in found:
        if origin == "*":
            continue
        parts = _split(origin)
        # A browser sends exactly scheme://host[:port]; with a path it would never match.
        if parts is None or origin != f"{parts.scheme}://{parts.netloc}":
            raise SettingsError(
                f"{name} must be origins such as https://app.example.com, without a path and "
                f"separated by commas; {origin!r} isn't one."
            )
    return found


def web_address(name: str, value: str) -> str:
    if _split(value) is None:
        raise SettingsError(f"{name} must be an address such as https://id.example.com/jwks.json.")
    return value


def base_url(name: str, value: str) -> str:
    """An address that paths are appended to, so without a slash at its end."""
    parts = _split(value)
    if parts is None or parts.query or parts.fragment or not re.fullmatch("[!-~]+", value):
        raise SettingsError(f"{name} must be an address such as https://kith.example.com.")
    return value.rstrip("/")


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and parts.hostname else None


def _list(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())
