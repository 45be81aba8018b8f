"""The base of a contract's dialect: its words for the behaviours that all contracts share."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

Json = dict[str, Any]
NOTHING: Mapping[str, str] = {}


class Contact(NamedTuple):
    """Somebody interactions are with, under both ids."""

    id: str
    number: int


class Dialect:
    """One contract's way to log, read, list, page, correct and delete interactions."""

    name: ClassVar[str]
    base: ClassVar[str]

    shared: ClassVar[str] = ""
    """The prefix of its paths at the bare origin, where the token's claim chooses the contract."""

    text: ClassVar[str]
    """The field that holds what was said."""

    when: ClassVar[str]
    """The field that holds when it was."""

    written: ClassVar[frozenset[str]] = frozenset()
    """The fields that tell when and by whom it was changed last."""

    size: ClassVar[str] = "limit"
    """The query's name for how many there are on a page."""

    correct: ClassVar[str] = "PATCH"
    deleted: ClassVar[int] = 204
    deleted_again: ClassVar[int] = 404
    invalid: ClassVar[int] = 422
    nobody: ClassVar[int] = 404
    """The status for logging with a contact that isn't there."""

    required: ClassVar[frozenset[str]]
    """The required fields of a body, as errors name them."""

    tenant_is: ClassVar[str]
    """The contract's word for a tenant, in the error for a token without one."""

    unsaid: ClassVar[Mapping[str, str]] = NOTHING
    """Behaviours that this contract's document has no words for, and why."""

    def log_at(self, contact: Contact) -> str:
        """The path where interactions are logged."""
        raise NotImplementedError

    def list_at(self, contact: Contact) -> str:
        """The path where they are listed."""
        return self.log_at(contact)

    def one_at(self, contact: Contact, id: object) -> str:
        return f"{self.log_at(contact)}/{id}"

    def body(self, contact: Contact, text: str, day: int) -> Json:
        """Something said on this day of January 2024, where the contract can say when."""
        raise NotImplementedError

    def record(self, answer: Any) -> Json:
        """The interaction in an answer."""
        found: Json = answer
        return found

    def records(self, answer: Any) -> list[Json]:
        """The interactions in an answer, in its order."""
        raise NotImplementedError

    def total(self, answer: Any) -> int | None:
        """The number of records on all pages, where the contract gives one."""
        return None

    def word(self, record: Json) -> str:
        """The contract's word for the kind of interaction."""
        word: str = record["type"]
        return word
