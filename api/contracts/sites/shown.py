"""The documented forms of answers, made of the ledger's own document of an interaction."""

from typing import Any, Literal

from pydantic_core import from_json, to_json

from api.http.models import Shown
from projections.sites.fields import InteractionFields, InteractionType, fields_of


class OneInteraction(Shown):
    interaction: InteractionFields


class SomeInteractions(Shown):
    interactions: list[InteractionFields]


class Pagination(Shown):
    page: int
    per_page: int
    total_pages: int
    total_records: int


class Meta(Shown):
    pagination: Pagination


class Deletion(Shown):
    success: Literal[True]
    message: str


class Types(Shown):
    types: list[InteractionType]


class Success(Shown):
    status: Literal["success"]


class InteractionShown(Success):
    data: OneInteraction


class InteractionsShown(Success):
    data: SomeInteractions
    meta: Meta


class DeletionShown(Success):
    data: Deletion


class TypesShown(Success):
    data: Types


def success(data: dict[str, Any], **more: Any) -> bytes:
    return to_json({"status": "success", "data": data, **more})


def interaction(document: str, site: str) -> dict[str, Any]:
    """A document in this contract's words; `redacted` marks one that a restricted tag hides."""
    known = from_json(document)
    shown = vars(fields_of(known, int(site)))
    return shown | {"redacted": True} if known.get("redacted") else shown


def interaction_json(document: str, site: str) -> str:
    return success({"interaction": interaction(document, site)}).decode()


def around_interactions(pagination: dict[str, int]) -> tuple[str, str]:
    """The JSON of a list before its interactions and after them."""
    whole = success({"interactions": []}, meta={"pagination": pagination}).decode()
    begin, _, end = whole.partition("[]")
    return f"{begin}[", f"]{end}"
