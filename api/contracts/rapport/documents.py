"""The ledger's own document of an interaction, of any contract, in the form of this contract."""

from typing import Any
from uuid import UUID

from api.contracts.rapport.mediums import LONGEST, medium_of
from projections.catalogue.tactics import TacticRow
from projections.timeline.document import kind_of

LONGEST_TOPIC = 500


def interaction_read(document: dict[str, Any], contact_id: UUID | str) -> dict[str, Any]:
    """An interaction of any contract in this contract's words: the channel or else the kind as
    medium, the subject or else the topics as topic, the notes or else the description."""
    medium = document["medium"]
    if medium is None:
        medium = medium_of(kind_of(document))
    topic = document.get("subject")
    if topic is None:
        topic = ", ".join(document["topicsDiscussed"]) or None
    notes = document["notes"]
    shown = {
        "interaction_datetime": document.get("dateAsWritten") or document["date"],
        "medium": medium[:LONGEST],
        "topic": topic and topic[:LONGEST_TOPIC],
        "user_notes": document.get("description") if notes is None else notes,
        "rapport_score_post": document.get("rapportScore"),
        "observed_non_verbal": document.get("observedNonVerbal"),
        "id": document["id"],
        "created_at": document["createdAt"],
        "updated_at": document["updatedAt"],
        "contact_id": contact_id,
    }
    if document.get("redacted"):
        shown["redacted"] = True
    return shown


def tactic_ids(document: dict[str, Any]) -> list[UUID]:
    return [UUID(log["tacticId"]) for log in document.get("tacticLogs", ())]


def tactic_logs(document: dict[str, Any], known: dict[UUID, TacticRow]) -> list[dict[str, Any]]:
    """`known` are the tactics named in the document."""
    return [
        {
            "tactic_id": log["tacticId"],
            "tactic_name": row.name if (row := known.get(UUID(log["tacticId"]))) else None,
            "effectiveness_score": log.get("effectiveness"),
            "notes": log.get("notes"),
        }
        for log in document.get("tacticLogs", ())
    ]
