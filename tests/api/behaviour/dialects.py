"""The five dialects, side by side."""

from typing import Any

from tests.api.behaviour.dialect import Contact, Dialect, Json


class Tracking(Dialect):
    name, base = "tracking", ""
    text, when = "notes", "date"
    written = frozenset({"updatedAt", "updatedBy"})
    size, correct = "pageSize", "PUT"
    nobody = 422
    required = frozenset({"/contactId", "/date"})
    tenant_is = "tenant"

    def log_at(self, contact: Contact) -> str:
        return "/api/interactions"

    def body(self, contact: Contact, text: str, day: int) -> Json:
        date = f"2024-01-{day:02}T09:00:00Z"
        return {"contactId": contact.id, "interactionType": "call", "date": date, "notes": text}

    def records(self, answer: Any) -> list[Json]:
        return list(answer["items"])

    def total(self, answer: Any) -> int:
        return int(answer["totalCount"])

    def word(self, record: Json) -> str:
        return str(record["interactionType"])


class Rapport(Dialect):
    name, base = "rapport", "/rapport"
    text, when = "user_notes", "interaction_datetime"
    written = frozenset({"updated_at"})
    required = frozenset({"interaction"})
    tenant_is = "tenant"
    unsaid = dict.fromkeys(
        ("correcting", "deleting", "conditions"),
        "the document ends with logging: an interaction is neither changed nor deleted there",
    )

    def log_at(self, contact: Contact) -> str:
        return "/api/v1/interactions/"

    def list_at(self, contact: Contact) -> str:
        return f"/api/v1/contacts/{contact.id}/interactions"

    def one_at(self, contact: Contact, id: object) -> str:
        return f"/api/v1/interactions/{id}"

    def body(self, contact: Contact, text: str, day: int) -> Json:
        at = f"2024-01-{day:02}T09:00:00Z"
        said = {"contact_id": contact.id, "interaction_datetime": at, "medium": "Phone call"}
        return {"interaction": said | {"user_notes": text}, "tactic_logs": []}

    def records(self, answer: Any) -> list[Json]:
        return list(answer)

    def word(self, record: Json) -> str:
        return str(record["medium"])


class Sites(Dialect):
    name, base = "sites", "/sites"
    text, when = "description", "start_datetime"
    written = frozenset({"updated_at", "updated_by"})
    size, correct = "per_page", "PUT"
    deleted, invalid = 200, 400
    required = frozenset({"title", "type", "lead", "start_datetime", "timezone"})
    tenant_is = "Site context required"
    unsaid = {"contacts": "an interaction of a site is with nobody in particular"}  # noqa: RUF012

    def log_at(self, contact: Contact) -> str:
        return "/api/interactions"

    def body(self, contact: Contact, text: str, day: int) -> Json:
        start = f"2024-01-{day:02}T09:00:00Z"
        said = {"title": "A talk", "type": "Call", "lead": "Ann", "description": text}
        return said | {"start_datetime": start, "timezone": "Europe/Berlin"}

    def record(self, answer: Any) -> Json:
        return dict(answer["data"]["interaction"])

    def records(self, answer: Any) -> list[Json]:
        return list(answer["data"]["interactions"])

    def total(self, answer: Any) -> int:
        return int(answer["meta"]["pagination"]["total_records"])


class Relationships(Dialect):
    name, base, shared = "relationships", "/relationships", "/api"
    text, when = "description", "timestamp"
    required = frozenset({"type", "description"})
    tenant_is = "business context"
    unsaid = dict.fromkeys(
        ("correcting", "deleting", "conditions"),
        "the document adds interactions and shows them, and has no words for changing one",
    )

    def log_at(self, contact: Contact) -> str:
        return f"/contacts/{contact.id}/interactions"

    def body(self, contact: Contact, text: str, day: int) -> Json:
        return {"type": "call", "description": text}

    def records(self, answer: Any) -> list[Json]:
        return list(answer["interactions"])

    def total(self, answer: Any) -> int:
        return int(answer["total"])


class Clients(Dialect):
    name, base = "clients", "/clients"
    text, when = "description", "dateOfInteraction"
    written = frozenset({"lastUpdatedBy"})
    deleted_again, invalid = 400, 400
    required = frozenset({"serviceId", "interactionType", "dateOfInteraction"})
    tenant_is = "organization"

    def log_at(self, contact: Contact) -> str:
        return f"/api/clients/{contact.number}/interactions"

    def body(self, contact: Contact, text: str, day: int) -> Json:
        said = {"serviceId": 13, "interactionType": "byPhone", "description": text}
        return said | {"dateOfInteraction": f"2024-01-{day:02}", "duration": "1:00:00"}

    def records(self, answer: Any) -> list[Json]:
        return list(answer["interactions"])

    def word(self, record: Json) -> str:
        return str(record["interactionType"])


DIALECTS: tuple[Dialect, ...] = (Tracking(), Rapport(), Sites(), Relationships(), Clients())
