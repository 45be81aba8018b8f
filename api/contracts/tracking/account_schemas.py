"""Bodies and answers about accounts. No answer has a secret, not even masked."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from api.contracts.tracking.types import Body, Id, Line, Query
from api.http.models import Shown
from domain.account import MOST_CALENDARS, Suspension
from infrastructure.accounts.states import AccountState
from infrastructure.outside.addresses import LONGEST_URL
from projections.accounts.model import AccountRow

Kind = Literal["caldav", "ics"]
AnyKind = Literal["caldav", "ics", "google", "microsoft"]
State = Literal["connecting", "backfilling", "active", "attention", "paused"]

LONGEST_PASSWORD = 1_000
"""Characters."""

ATTENTION = {
    Suspension.CREDENTIALS: "The service takes these credentials no more: give it new ones.",
    Suspension.GONE: "The service has no such account or calendar any more: connect another one.",
    Suspension.FAILING: "The service has failed for too long: resume the account once it is well.",
}
"""Sentences for users of accounts that were suspended, where nothing more is known."""


def _without_colon(text: str) -> str:
    if ":" in text:
        raise ValueError("A username has no colon.")
    return text


Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL)]
Username = Annotated[Line, Field(min_length=1), AfterValidator(_without_colon)]
Password = Annotated[str, Field(min_length=1, max_length=LONGEST_PASSWORD)]
READ_ONLY = frozenset(
    "id state attention address server lastSuccess failingSince progress createdAt "
    "updatedAt".split()
)


class NewAccount(Body):
    """A calendar service: `caldav` with the address of a server, a user or a calendar, or no more
    than a host; `ics` with the address of a calendar that is read."""

    read_only: ClassVar[frozenset[str]] = READ_ONLY

    kind: Kind
    url: Url
    username: Username | None = None
    password: Password | None = None
    name: Line | None = None

    @model_validator(mode="after")
    def _with_credentials(self) -> "NewAccount":
        if (self.username is None) != (self.password is None):
            raise ValueError("A username and a password come together.")
        if self.kind == "caldav" and self.username is None:
            raise ValueError("A CalDAV account has a username and a password.")
        return self


class AccountChanges(Body):
    """The fields to change; a field that is left out stays. Another way to the service is tried
    first."""

    read_only: ClassVar[frozenset[str]] = READ_ONLY | {"kind"}

    name: Line | None = None
    url: Url = ""
    username: Username = ""
    password: Password = ""


class AccountQuery(Query):
    """With `all`, the health of all accounts of the tenant, for an admin."""

    all: bool = False


class ProblemQuery(Query):
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: str | None = None


class CalendarChoice(Body):
    """A calendar, and what is wanted of it."""

    read_only: ClassVar[frozenset[str]] = frozenset({"name", "readOnly"})

    id: Id
    read: bool = False
    write: bool = False


class CalendarChoices(Body):
    """The calendars that are read and written; those left out are neither."""

    items: Annotated[list[CalendarChoice], Field(max_length=MOST_CALENDARS)]


class ProgressShown(Shown):
    """Events of the calendars that were seen, that became meetings, and that didn't; `oldest` is
    how far back they were read."""

    seen: int
    tracked: int
    skipped: int
    oldest: datetime | None


class HealthShown(Shown):
    """`attention` is a sentence about what the user has to do. `failingSince` is when the service
    first failed of which nothing was had since."""

    id: UUID
    kind: AnyKind
    state: State
    attention: str | None
    lastSuccess: datetime | None
    failingSince: datetime | None
    progress: ProgressShown
    createdAt: datetime


class AccountShown(HealthShown):
    """`address` is the account's own mail address, where it has one; `server` is scheme, host and
    port of its service."""

    name: str | None
    address: str | None
    server: str
    updatedAt: datetime


class AccountsShown(Shown):
    """The caller's accounts. With `all`, the health of the tenant's, each with its `user` instead
    of name, address and server."""

    items: list[Any]


class CalendarShown(Shown):
    id: UUID
    name: str
    readOnly: bool
    read: bool
    write: bool


class CalendarsShown(Shown):
    items: list[CalendarShown]


class AccountProblemShown(Shown):
    """`item` is the UID or the address of what couldn't be taken; `account`, if nothing could."""

    at: datetime
    item: str
    title: str | None
    code: str
    detail: str


class AccountProblemsShown(Shown):
    items: list[AccountProblemShown]
    next: str | None


def health_shown(row: AccountRow, state: AccountState) -> dict[str, Any]:
    word, attention = _state(row, state)
    progress = state.progress
    return {
        "id": row.id,
        "kind": row.service,
        "state": word,
        "attention": attention,
        "lastSuccess": state.last_success,
        "failingSince": state.failing_since,
        "progress": {
            **{name: progress.get(name, 0) for name in ("seen", "tracked", "skipped")},
            "oldest": progress.get("oldest"),
        },
        "createdAt": row.created_at,
    }


def account_shown(row: AccountRow, state: AccountState) -> dict[str, Any]:
    return health_shown(row, state) | {
        "name": row.name,
        "address": row.address,
        "server": row.origin,
        "updatedAt": row.updated_at,
    }


def _state(row: AccountRow, state: AccountState) -> tuple[str, str | None]:
    """The word for the state, and the sentence of what needs the user's attention."""
    if row.suspended == Suspension.REQUESTED:
        return "paused", None
    if row.suspended is not None:
        return "attention", state.attention or ATTENTION[Suspension(row.suspended)]
    return ("attention" if state.attention else state.phase), state.attention
