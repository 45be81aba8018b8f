"""The objects of a calendar that changed: by sync-collection (RFC 6578), or by their ETags.

A server without sync-collection is asked for the ETags of all, if its CTag says that anything
changed. Changes are found by the ETags before, which this process remembers: after a restart
the cursor is lost, and a full round follows.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from infrastructure.calendars.asking import failure
from infrastructure.calendars.caldav.dav import GONE, MULTISTATUS, Dav, id_of
from infrastructure.calendars.caldav.questions import sync_collection
from infrastructure.calendars.caldav.xml import (
    CALENDAR_SERVER,
    DAV,
    NO_SENSE,
    Response,
    conditions,
    multistatus,
)
from infrastructure.calendars.port import CursorLost, Unreachable

LOST = (403, 409, 412, 507)
"""Statuses of a sync-collection whose token isn't taken: servers differ."""

FULL_STORAGE = 507
"""Of a response: the list goes on after its token (RFC 6578, 3.6)."""

SYNC, STATE = "s", "e"
"""First letters of marks."""


class Listing(NamedTuple):
    """`changed` are the ids of objects and their ETags, in order; `until` is the mark that the list
    reaches; `more` says that it goes on from there."""

    changed: list[tuple[str, str | None]]
    gone: tuple[str, ...]
    until: str
    more: bool = False


class Lister:
    def __init__(self, dav: Dav):
        self._dav = dav
        self._syncs: dict[str, bool] = {}
        self._known: dict[str, dict[str, Mapping[str, str | None]]] = {}

    async def listing(self, url: str, since: str | None) -> Listing | None:
        """The changes after a mark, everything without one; None, if nothing changed. Raises
        CursorLost, ServiceError."""
        if url not in self._syncs:
            self._syncs[url] = await self._knows_sync(url)
        if since is not None and since[:1] != (SYNC if self._syncs[url] else STATE):
            raise CursorLost
        if self._syncs[url]:
            return await self._synced(url, since)
        return await self._compared(url, since)

    async def _knows_sync(self, url: str) -> bool:
        _, found = await self._dav.properties(url, "D:supported-report-set")
        reports = found.properties.get(f"{DAV}supported-report-set")
        return reports is not None and any(
            each.tag == f"{DAV}sync-collection" for each in reports.iter()
        )

    async def _synced(self, url: str, since: str | None) -> Listing:
        before = since[1:] if since else None
        answer = await self._dav.question("REPORT", url, 0, sync_collection(before))
        if before is not None and (
            answer.status in LOST or f"{DAV}valid-sync-token" in conditions(answer.body)
        ):
            raise CursorLost
        if answer.status != MULTISTATUS:
            raise failure(answer)
        found, token = await multistatus(answer.body, _Entry.of)
        if token is None:
            raise Unreachable(NO_SENSE)
        changed: dict[str, str | None] = {}
        gone: dict[str, None] = {}
        more = False
        here = id_of(answer.url, url)
        for entry in found:
            name = id_of(answer.url, entry.href)
            if entry.status == FULL_STORAGE:
                more = True
            elif entry.status in GONE:
                gone[name] = None
            elif not entry.collection and name != here:
                changed[name] = entry.etag
        if more and (token == before or not (changed or gone)):
            raise Unreachable("The server's list of changes doesn't get on.")
        left = tuple(name for name in gone if name not in changed)
        return Listing(sorted(changed.items()), left, SYNC + token, more)

    async def _compared(self, url: str, since: str | None) -> Listing | None:
        _, found = await self._dav.properties(url, "CS:getctag")
        state = found.text(f"{CALENDAR_SERVER}getctag")
        if state is not None and since == STATE + state:
            return None
        base, entries = await self._dav.listed(
            url, 1, _Entry.of, "D:getetag", "D:resourcetype", "D:getcontenttype"
        )
        here = id_of(base, url)
        etags = {id_of(base, each.href): each.etag for each in entries if not each.collection}
        etags.pop(here, None)
        until = STATE + (state or _digest(etags))
        if since == until:
            return None
        known = self._known.get(url, {})
        # The state before as well: what failed after this is asked for again.
        self._known[url] = {} if since not in known else {since: known[since]}
        self._known[url][until] = etags
        if since is None:
            return Listing(sorted(etags.items()), (), until)
        if since not in known:
            raise CursorLost
        before = known[since]
        changed = [
            (name, etag)
            for name, etag in sorted(etags.items())
            if etag is None or before.get(name) != etag
        ]
        return Listing(changed, tuple(sorted(before.keys() - etags.keys())), until)


class _Entry(NamedTuple):
    href: str
    status: int | None
    etag: str | None
    collection: bool

    @classmethod
    def of(cls, response: Response) -> "_Entry":
        kinds = response.properties.get(f"{DAV}resourcetype")
        collection = kinds is not None and kinds.find(f"{DAV}collection") is not None
        return cls(response.href, response.status, response.text(f"{DAV}getetag"), collection)


def _digest(etags: Mapping[str, str | None]) -> str:
    return sha256(repr(sorted(etags.items())).encode()).hexdigest()
