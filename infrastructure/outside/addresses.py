"""Addresses that users may name: public ones of the internet, by https.

Other addresses would let a caller who may add webhooks or accounts send requests to hosts that only
kith can reach (SSRF): services of its network, the cloud's metadata, the machine itself.
"""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

LONGEST_URL = 2048
"""Characters of an address that a user names."""

LONGEST_LINK = 16_384
"""Characters of an address that a service gave: links to go on with carry its whole state."""

FIRST_UNPRIVILEGED_PORT = 1024

_URL = re.compile(r"[!-~]+")
_HOST = re.compile(r"[A-Za-z0-9_.:-]{1,253}")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")


class NotAllowed(ValueError):
    """Nothing is sent to this address. The message gives the reason to the caller and reveals
    nothing about the network."""


class Endpoint(NamedTuple):
    """`origin` is scheme, host and port; a default port is left out. `authority` is the value of
    the Host header, `target` the path with its query."""

    url: str
    origin: str
    host: str
    port: int
    secure: bool
    authority: str
    target: str


def endpoint(url: str, *, allow_private: bool, longest: int = LONGEST_URL) -> Endpoint:
    """Check an address of up to `longest` characters without resolving its host. Raises NotAllowed.

    `allow_private` is for development: http, any port and any host are allowed.
    """
    if len(url) > longest:
        raise NotAllowed(f"An address has up to {longest} characters.")
    if not _URL.fullmatch(url):
        raise NotAllowed("An address consists of printable ASCII; encode what isn't.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotAllowed("This is no address.") from None
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise NotAllowed("An address begins with https://.")
    if "@" in parts.netloc or parts.fragment:
        raise NotAllowed("An address has no user, no password and no fragment.")
    if not _HOST.fullmatch(host):
        raise NotAllowed("An address names a host.")
    if not allow_private:
        if port is not None and port != 443 and port < FIRST_UNPRIVILEGED_PORT:
            raise NotAllowed(f"The port is 443, or {FIRST_UNPRIVILEGED_PORT} and above.")
        if not may_be_public(host):
            raise NotAllowed("The host isn't a public one.")
    elif port == 0:
        raise NotAllowed("There is no port 0.")
    where = f"[{host}]" if ":" in host else host
    secure = parts.scheme == "https"
    default = 443 if secure else 80
    return Endpoint(
        url,
        origin=f"{parts.scheme}://{where}{'' if port is None else f':{port}'}",
        host=host,
        port=port or default,
        secure=secure,
        authority=where if port in (None, default) else f"{where}:{port}",
        target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )


def may_be_public(host: str) -> bool:
    """False for an IP address that isn't public; a name is checked when it is resolved."""
    try:
        return is_public(host)
    except ValueError:
        return not f".{host.lower().rstrip('.')}".endswith(".localhost")


def is_public(address: str) -> bool:
    """True if an IP address is globally reachable. Raises ValueError.

    An IPv6 address that embeds an IPv4 address is as public as that one.
    """
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found.scope_id is not None or found in _COMPATIBLE or found.teredo is not None:
            return False
        if found.ipv4_mapped is not None:
            return _is_public(found.ipv4_mapped)
        if found in _NAT64:
            return _is_public(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
        if found.sixtofour is not None and not _is_public(found.sixtofour):
            return False
        return found in _GLOBAL_UNICAST and _is_public(found)
    return _is_public(found)


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )
