"""Addresses that a server names, in one spelling, and none of another server.

The same path may come with `@` and `%40`; as an id it has one form.
"""

from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from infrastructure.calendars.port import Unreachable

UNQUOTED = "~:@!$&'()*+,;="
"""Characters of a segment that stay as they are, besides letters, digits and `_.-` (RFC 3986)."""

DEFAULT_PORTS = {"http": 80, "https": 443}

SPREAD = (".icloud.com",)
"""Services whose accounts are spread over hosts that the first one names."""


def path_of(href: str) -> str:
    """The path of an address in its one spelling. Raises ValueError."""
    segments = urlsplit(href).path.split("/")
    return "/".join(quote(unquote_to_bytes(each), UNQUOTED) for each in segments) or "/"


def resolved(base: str, href: str) -> str:
    """The address that a server names, without query. Raises Unreachable for another server's."""
    try:
        parts = urlsplit(urljoin(base, href))
        found = f"{parts.scheme}://{parts.netloc}{path_of(parts.path)}"
        if belongs(base, found):
            return found
    except ValueError:
        pass
    raise Unreachable("The server names an address of another server.")


def belongs(base: str, url: str) -> bool:
    """True if an address is one of the same server, or of the same service. Raises ValueError."""
    ours, theirs = _origin(base), _origin(url)
    if ours == theirs:
        return True
    both = (ours[1], theirs[1])
    return ours[0] == theirs[0] == "https" and any(
        all(host.endswith(domain) for host in both) for domain in SPREAD
    )


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        raise ValueError("no address of HTTP")
    return parts.scheme, parts.hostname, parts.port or DEFAULT_PORTS[parts.scheme]
