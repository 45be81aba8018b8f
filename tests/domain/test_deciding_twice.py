"""The law of every decision: deciding the same thing twice yields nothing the second time.

Decisions that begin a stream (add, log, schedule) have no state to compare with; that they happen
once is the matter of their stream's name and of the idempotency key.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from hypothesis import given as for_any
from hypothesis import strategies as st

from domain.contact import Contact
from domain.errors import Refusal
from domain.event import Event
from domain.interaction import Interaction
from domain.meeting import Meeting
from domain.relationship import LifecycleStage, RelationshipStatus
from tests.domain import anything
from tests.domain.given import fold
from tests.domain.samples import ADDED, LOGGED, LOGGED_WITH_IT, NOW, PLANNED, SCHEDULED

Decision = Callable[[Any], Sequence[Event]]


def said(method: Callable[..., Sequence[Event]], *arguments: Any) -> Decision:
    return lambda state: method(state, *arguments)


stages = st.none() | st.sampled_from(LifecycleStage)
reasons = st.text(max_size=5)
MOVES = (
    "progress_to_qualified_lead",
    "progress_to_opportunity",
    "convert_to_client",
    "mark_as_past_client",
    "mark_as_lost_lead",
    "mark_as_inactive",
)
CONTACT = {
    "change_details": st.builds(said, st.just(Contact.change_details), anything.details),
    "change_status": st.builds(
        said,
        st.just(Contact.change_status),
        st.none() | st.sampled_from(RelationshipStatus),
        stages,
        st.none() | reasons,
        st.none() | reasons,
    ),
    "move": st.builds(
        said,
        st.sampled_from(MOVES).map(lambda name: getattr(Contact, name)),
        stages,
        st.none() | reasons,
    ),
    "reactivate": st.builds(said, st.just(Contact.reactivate), reasons),
    "remove": st.just(Contact.remove),
    "restore": st.just(Contact.restore),
}
INTERACTION = {
    "amend": st.builds(
        lambda record, may_plan: lambda state: state.amend(record, NOW, may_plan=may_plan),
        anything.records() | anything.records(anything.future),
        st.booleans(),
    ),
    "delete": st.just(Interaction.delete),
}
MEETING = {
    "reschedule": st.builds(said, st.just(Meeting.reschedule), anything.appointments),
    "cancel": st.builds(said, st.just(Meeting.cancel), st.none() | reasons),
    "reinstate": st.just(Meeting.reinstate),
    "miss": st.builds(said, st.just(Meeting.miss), st.none() | reasons),
    "complete": st.builds(
        lambda outcome: lambda state: state.complete(outcome, LOGGED_WITH_IT, NOW),
        anything.outcomes | anything.outcomes.map(lambda o: o.model_copy(update={"held_at": NOW})),
    ),
}


@for_any(st.data())
def test_of_a_contact(data: st.DataObject):
    every_decision_once(data, fold(None, [ADDED]), CONTACT)


@for_any(st.data())
def test_of_an_interaction(data: st.DataObject):
    begun = data.draw(st.sampled_from([LOGGED, PLANNED]))
    every_decision_once(data, fold(None, [begun]), INTERACTION)


@for_any(st.data())
def test_of_a_meeting(data: st.DataObject):
    every_decision_once(data, fold(None, [SCHEDULED]), MEETING)


def test_the_law_is_asked_of_every_public_decision():
    asked = {Contact: CONTACT, Interaction: INTERACTION, Meeting: MEETING}
    begins = {"add", "take_over", "log", "track", "schedule"}
    not_decisions = {"evolve", "present", "kind"}
    for aggregate, decisions in asked.items():
        public = {
            name
            for name, member in vars(aggregate).items()
            if callable(getattr(aggregate, name)) and not name.startswith("_")
        }
        names = {"move" if name in MOVES else name for name in public}
        assert names - begins - not_decisions == set(decisions)


def every_decision_once(
    data: st.DataObject, state: Any, decisions: dict[str, st.SearchStrategy[Decision]]
) -> None:
    """After a random history, each decision twice: the second yields nothing."""
    anything_goes = st.one_of(*decisions.values())
    for decide in data.draw(st.lists(anything_goes, max_size=6), label="history"):
        with suppress(Refusal):
            state = fold(state, decide(state))
    for name, strategy in decisions.items():
        decide = data.draw(strategy, label=name)
        with suppress(Refusal):
            once = fold(state, decide(state))
            assert list(twice(decide, once)) == []


def twice(decide: Decision, state: Any) -> Sequence[Event]:
    try:
        return decide(state)
    except Refusal as refused:
        raise AssertionError("refused the second time") from refused
