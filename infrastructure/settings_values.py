"""How the value of each kind of setting is read, and what is said when it can't be meant."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

Value = TypeVar("Value")
Default = TypeVar("Default")

_SHORTEST_SECRET_BYTES = 32  # as long as the hash that HS256 signs with
_SMALLEST_BODY_BYTES = 1024
_LARGEST_BODY_BYTES = 1024 * 1024 * 1024


class SettingsError(Exception):
    """An environment variable has a value that can't be meant; the message says which and why."""


def read(
    env: Mapping[str, str],
    name: str,
    parse: Callable[[str, str], Value],
    default: Default,
) -> Value | Default:
    """The value of the variable `name`, or `default` where it isn't set or empty."""
    value = env.get(name, "").strip()
    return parse(name, value) if value else default


def text(_name: str, value: str) -> str:
    return value


def port(name: str, value: str) -> int:
    return _whole_number(name, value, smallest=0, largest=65535, of="a port number")


def body_size(name: str, value: str) -> int:
    return _whole_number(
        name,
        value,
        smallest=_SMALLEST_BODY_BYTES,
        largest=_LARGEST_BODY_BYTES,
        of="a size in bytes",
    )


def event_streams(name: str, value: str) -> int:
    return _whole_number(name, value, smallest=2, largest=100_000, of="a number of streams")


def secret(name: str, value: str) -> str:
    """A secret is never repeated in a message."""
    if len(value.encode()) < _SHORTEST_SECRET_BYTES:
        raise SettingsError(
            f"{name} is too short: a secret that signs tokens has {_SHORTEST_SECRET_BYTES} bytes "
            f"or more. 'openssl rand -hex 32' makes a good one."
        )
    return value


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
        port(f"The port of {server!r} in {name}", number)
    return found


def partitions(name: str, value: str) -> int:
    return _whole_number(name, value, smallest=1, largest=10_000, of="a number of partitions")


def security_protocol(name: str, value: str) -> str:
    return _one_of(name, value, ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"))


def sasl_mechanism(name: str, value: str) -> str:
    return _one_of(name, value, ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"))


def flag(name: str, value: str) -> bool:
    return _one_of(name, value, ("0", "1")) == "1"


def _one_of(name: str, value: str, words: tuple[str, ...]) -> str:
    if value not in words:
        raise SettingsError(f"{name} must be one of {', '.join(words)}; {value!r} isn't.")
    return value


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


def _whole_number(name: str, value: str, *, smallest: int, largest: int, of: str) -> int:
    # int() alone would also take "8_000" and digits of other scripts.
    number = int(value) if re.fullmatch(r"[0-9]{1,12}", value) else -1
    if not smallest <= number <= largest:
        raise SettingsError(
            f"{name} must be {of}, a whole number from {smallest} to {largest}; {value!r} isn't."
        )
    return number
