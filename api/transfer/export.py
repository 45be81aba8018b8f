"""The lines of a tenant's export, with the keys of the native contract's answers."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from api.contracts.tracking.contact_schemas import ContactShown
from api.contracts.tracking.service_schemas import service_json
from api.contracts.tracking.tactic_schemas import TacticShown
from infrastructure.postgres.snapshot import Snapshot
from projections import whole_tenant
from projections.catalogue.services import ServiceRow
from projections.catalogue.tactics import TacticRow
from projections.contacts.queries import ListedContact


@dataclass(frozen=True, slots=True)
class Export:
    """An export from one snapshot. `open_tags` are the restricted tags whose content it has."""

    snapshot: Snapshot
    tenant: str
    open_tags: Collection[str] = ()

    @property
    def _parameters(self) -> dict[str, object]:
        return {"tenant": self.tenant, "open": list(self.open_tags)}

    def counts(self) -> "Counts":
        return Counts(*self.snapshot.one(whole_tenant.COUNTS, self._parameters))

    def lines(self) -> Iterator[bytes]:
        """The tenant's own tactics and services, contacts, meetings, then interactions, by id."""
        for tactic in self.snapshot.rows(whole_tenant.TACTICS, self._parameters):
            yield _line(b"tactic", TacticShown.json_of(TacticRow(*tactic)).encode())
        for service in self.snapshot.rows(whole_tenant.SERVICES, self._parameters):
            listed = ServiceRow(*service)
            identity = f'{{"uuid":"{listed.id}",'
            yield _line(b"service", (identity + service_json(listed)[1:]).encode())
        for *row, history in self.snapshot.rows(whole_tenant.CONTACTS, self._parameters):
            shown = ContactShown.json_of(ListedContact(*row)).encode()
            entries = ",".join(history or ()).encode()
            yield _line(b"contact", shown[:-1] + b',"statusHistory":[' + entries + b"]}")
        for (document,) in self.snapshot.rows(whole_tenant.MEETINGS, self._parameters):
            yield _line(b"meeting", document.encode())
        for (document,) in self.snapshot.rows(whole_tenant.INTERACTIONS, self._parameters):
            yield _line(b"interaction", document.encode())


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of records to export, of those left out, and of those without content."""

    contacts: int
    meetings: int
    interactions: int
    interactions_left_out: int
    meetings_left_out: int
    redacted: int
    tactics: int
    services: int

    @property
    def lines(self) -> int:
        records = self.contacts + self.meetings + self.interactions
        return records + self.tactics + self.services


def _line(kind: bytes, document: bytes) -> bytes:
    # A document is an object with keys: the type is put in front without parsing it.
    return b'{"type":"' + kind + b'",' + document[1:] + b"\n"
