"""The bodies of requests."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

NAMESPACES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
    'xmlns:CS="http://calendarserver.org/ns/"'
)


def propfind(*names: str) -> bytes:
    return _document("D:propfind", _properties(names))


def sync_collection(token: str | None) -> bytes:
    """Without a limit: a server was seen to cut its answer off there, and give the token of all."""
    return _document(
        "D:sync-collection",
        f"<D:sync-token>{escape(token or '')}</D:sync-token><D:sync-level>1</D:sync-level>"
        + _properties(["D:getetag"]),
    )


def multiget(paths: Iterable[str]) -> bytes:
    hrefs = "".join(f"<D:href>{escape(path)}</D:href>" for path in paths)
    return _document("C:calendar-multiget", _properties(["D:getetag", "C:calendar-data"]) + hrefs)


def mkcalendar(name: str) -> bytes:
    kinds = '<C:supported-calendar-component-set><C:comp name="VEVENT"/>'
    named = f"<D:displayname>{escape(name)}</D:displayname>"
    given = f"{named}{kinds}</C:supported-calendar-component-set>"
    return _document("C:mkcalendar", f"<D:set><D:prop>{given}</D:prop></D:set>")


def _properties(names: Iterable[str]) -> str:
    return f"<D:prop>{''.join(f'<{name}/>' for name in names)}</D:prop>"


def _document(root: str, content: str) -> bytes:
    head = '<?xml version="1.0" encoding="utf-8"?>'
    return f"{head}<{root} {NAMESPACES}>{content}</{root}>".encode()
