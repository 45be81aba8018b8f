"""A user's account: their connection to a calendar service, and what kith does with its calendars.

Events are published, so they hold no secret, no content and no address but the account's own: the
whole address of the service and the credentials are stored apart, and events refer to them by id.
Event names and fields are storage formats and an API: versioned with care.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID, uuid5

from pydantic import Field

from domain.changes import apply, difference
from domain.errors import Invalid, NotFound
from domain.event import Changes, Event, Value
from domain.fields import Line, Word

MOST_CALENDARS = 100
"""Calendars that are chosen of one account."""


class Access(Value):
    """The way to the service."""

    origin: Annotated[str, Field(max_length=300)]
    """Scheme, host and port of the service."""
    address: Line | None = None
    """The account's own mail address, where it has one."""
    secrets: UUID
    """The id of the whole address and the credentials; they are in no event."""


class Rules(Value):
    """The user's wishes for the account."""

    name: Line | None = None
    """The user's name for it."""


class ChosenCalendar(Value):
    """A calendar of the account, and what kith does with it."""

    id: UUID
    """Made of the account's id and the service's own name of the calendar."""
    read: bool
    """True if meetings are made of its events."""
    write: bool
    """True if the user's meetings are written into it."""


class Suspension(StrEnum):
    """Why an account rests: its service took the credentials no more, it is gone, it failed for
    too long, or its user wished it."""

    CREDENTIALS = "credentials"
    GONE = "gone"
    FAILING = "failing"
    REQUESTED = "requested"


# Events


class AccountConnected(Event):
    """A user connected an account at a service."""

    type = "kith.account.connected.v1"
    service: Word
    """The kind of service: caldav, ics, google or microsoft."""
    user: Annotated[str, Field(min_length=1, max_length=255)]
    """The id of the user."""
    access: Access
    """The way to the service."""
    rules: Rules
    """The user's wishes for the account."""


class AccountCalendarsChosen(Event):
    """These calendars, and no others, are read and written from now on."""

    type = "kith.account.calendars-chosen.v1"
    calendars: Annotated[tuple[ChosenCalendar, ...], Field(max_length=MOST_CALENDARS)]
    """The calendars, at most one of them written."""


class AccountRulesChanged(Changes):
    """The user's wishes were changed: each changed field with its old and new value."""

    type = "kith.account.rules-changed.v1"
    of = Rules


class AccountReauthorised(Event):
    """The user gave another way to the service, or other credentials."""

    type = "kith.account.reauthorised.v1"
    access: Access
    """The way to the service from now on."""


class AccountSuspended(Event):
    """Nothing is read or written any more, until the account is resumed."""

    type = "kith.account.suspended.v1"
    reason: Suspension
    """The reason: refused credentials, an account that is gone, failures, or the user's wish."""


class AccountResumed(Event):
    """The account is read and written again."""

    type = "kith.account.resumed.v1"


class AccountRemoved(Event):
    """The connection ended. Both sides stay as they are."""

    type = "kith.account.removed.v1"


# State


@dataclass(frozen=True, slots=True)
class Account:
    kind: ClassVar[str] = "account"

    service: str
    user: str
    access: Access
    rules: Rules
    calendars: tuple[ChosenCalendar, ...] = ()
    suspended: Suspension | None = None
    removed: bool = False

    @staticmethod
    def evolve(state: "Account | None", event: Event) -> "Account":
        if isinstance(event, AccountConnected):
            return Account(event.service, event.user, event.access, event.rules)
        assert state is not None
        match event:
            case AccountCalendarsChosen():
                return replace(state, calendars=event.calendars)
            case AccountRulesChanged():
                return replace(state, rules=apply(state.rules, event.changes))
            case AccountReauthorised():
                return replace(state, access=event.access)
            case AccountSuspended():
                return replace(state, suspended=event.reason)
            case AccountResumed():
                return replace(state, suspended=None)
            case AccountRemoved():
                return replace(state, removed=True)
        raise TypeError(f"{event.type} is no event of an account")

    @property
    def writes(self) -> bool:
        return any(each.write for each in self.calendars) and not self.removed

    # Decisions

    @staticmethod
    def connect(
        service: str,
        user: str,
        access: Access,
        rules: Rules,
        calendars: tuple[ChosenCalendar, ...],
    ) -> list[Event]:
        connected = AccountConnected(service=service, user=user, access=access, rules=rules)
        return [connected, AccountCalendarsChosen(calendars=calendars)]

    def choose(self, calendars: tuple[ChosenCalendar, ...]) -> list[Event]:
        """Raises Invalid for two calendars that are written, or too many."""
        self.present()
        if sum(each.write for each in calendars) > 1:
            detail = "One calendar is written; the others can be read."
            raise Invalid(detail, code="one_calendar_written", field="calendars")
        if len(calendars) > MOST_CALENDARS:
            detail = f"Up to {MOST_CALENDARS} calendars of an account are read."
            raise Invalid(detail, code="too_many_calendars", field="calendars")
        if calendars == self.calendars:
            return []
        return [AccountCalendarsChosen(calendars=calendars)]

    def stop_writing(self) -> list[Event]:
        """Write into none of its calendars, as another account of the user does so."""
        unwritten = (each.model_copy(update={"write": False}) for each in self.calendars)
        return self.choose(tuple(each for each in unwritten if each.read))

    def change_rules(self, rules: Rules) -> list[Event]:
        changes = difference(self.present().rules, rules)
        return [AccountRulesChanged(changes=changes)] if changes else []

    def reauthorise(self, access: Access) -> list[Event]:
        """Begin again, if the service or its credentials had suspended the account."""
        self.present()
        events: list[Event] = []
        if access != self.access:
            events.append(AccountReauthorised(access=access))
        if self.suspended not in (None, Suspension.REQUESTED):
            events.append(AccountResumed())
        return events

    def suspend(self, reason: Suspension) -> list[Event]:
        return [] if self.present().suspended else [AccountSuspended(reason=reason)]

    def resume(self) -> list[Event]:
        return [AccountResumed()] if self.present().suspended else []

    def remove(self) -> list[Event]:
        self.present()
        return [AccountRemoved()]

    def present(self) -> "Account":
        """This account. Raises NotFound if it was removed."""
        if self.removed:
            raise NotFound("Account not found", code="account_not_found")
        return self


def calendar_id(account: UUID, name: str) -> UUID:
    """The id of a calendar, which events may show: the service's own name of it may be somebody's
    mail address."""
    return uuid5(account, name)
