"""Small jobs: contacts that are added and then renamed."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

from application.entity import Entity
from application.envelope import Actor
from application.ports import Answer, Change, CommandKey, Job, Receipt
from domain.contact import Contact, ContactAdded, ContactDetailsChanged, Details
from domain.event import Changed, Event
from domain.streams import StreamName

ACTOR = Actor(id="5", name="John Smith")


def stream(tenant: str = "t", kind: str = "contact", identity: UUID | None = None) -> StreamName:
    return StreamName(tenant, kind, identity or uuid4())


def change(name: StreamName, before: Entity | None, *events: Event) -> Change:
    """The change that the events make to a contact."""
    result = Change(name, before)
    state = None if before is None else before.state
    for event in events:
        state = Contact.evolve(state, event)
        result.events.append(event)
        result.states.append(state)
    return result


def added(name: str = "Ann", number: int = 1) -> ContactAdded:
    return ContactAdded(number=number, details=Details(name=name), owner_id="5")


def renamed(old: str, new: str) -> ContactDetailsChanged:
    return ContactDetailsChanged(changes={"name": Changed(old=old, new=new)})


def job(
    *changes: Change,
    relied_on: dict[StreamName, int] | None = None,
    key: CommandKey | None = None,
    answer: Callable[[Receipt], Answer] | None = None,
) -> Job:
    return Job(ACTOR, "tracking", "req-1", list(changes), relied_on or {}, key, answer)


def adds(name: StreamName | None = None, called: str = "Ann", **parts) -> Job:
    """A job that adds a contact."""
    return job(change(name or stream(), None, added(called)), **parts)


def renames(entity: Entity, to: str, **parts) -> Job:
    """A job that renames a contact."""
    event = renamed(entity.state.details.name, to)
    return job(change(entity.stream, entity, event), **parts)


KEY = CommandKey("t", "5", "tracking", "POST", "/api/contacts", "k", b"body")


def key(text: str = "k", digest: bytes = b"body") -> CommandKey:
    return replace(KEY, key=text, digest=digest)
