"""The relationships document, Status Progression Rules and Automatic Stage Alignment."""

from itertools import product

import pytest

from domain.contact import ContactReactivated, ContactStatusChanged
from domain.errors import Conflict, Invalid
from domain.event import Event
from domain.relationship import LifecycleStage as Stage
from domain.relationship import RelationshipStatus as Status
from tests.domain.given import given
from tests.domain.samples import ADDED

STATUSES = tuple(Status)

# As documented, word for word; everything else is refused.
ALLOWED = {
    ("prospect", "qualified_lead"),
    ("qualified_lead", "opportunity"),
    ("opportunity", "active_client"),
    ("active_client", "past_client"),
    *((status.value, "lost_lead") for status in STATUSES),
    *((status.value, "inactive") for status in STATUSES),
}
ALIGNED = {
    "prospect": "awareness",
    "qualified_lead": "interest",
    "opportunity": "consideration",
    "active_client": "customer",
}
METHODS = {
    "qualified_lead": "progress_to_qualified_lead",
    "opportunity": "progress_to_opportunity",
    "active_client": "convert_to_client",
    "past_client": "mark_as_past_client",
    "lost_lead": "mark_as_lost_lead",
    "inactive": "mark_as_inactive",
}


def at(status: Status, stage: Stage = Stage.DECISION) -> list[Event]:
    """A contact that somehow got to this status, in a stage that no status brings with it."""
    return [
        ADDED,
        ContactStatusChanged(
            old_status=Status.PROSPECT,
            new_status=status,
            old_stage=Stage.AWARENESS,
            new_stage=stage,
        ),
    ]


def moved(old: Status, new: Status, old_stage: Stage, new_stage: Stage, **why: str) -> Event:
    return ContactStatusChanged(
        old_status=old, new_status=new, old_stage=old_stage, new_stage=new_stage, **why
    )


def change(status=None, stage=None, reason=None, notes=None):
    return lambda contact: contact.change_status(status, stage, reason, notes)


@pytest.mark.parametrize(("old", "new"), list(product(STATUSES, STATUSES)))
def test_a_status_follows_another_only_as_documented(old: Status, new: Status):
    decision = given(*at(old)).when(change(new))
    if old == new:
        decision.then()
    elif (old, new) in ALLOWED:
        stage = Stage(ALIGNED.get(new, Stage.DECISION))
        decision.then(moved(old, new, Stage.DECISION, stage))
    else:
        sentence = f"Invalid status transition: cannot move from {old.value} to {new.value}"
        decision.refuses(
            Conflict,
            sentence,
            code="invalid_status_transition",
            field="relationship_status",
        )


@pytest.mark.parametrize(("old", "new"), list(product(STATUSES, METHODS)))
def test_each_method_follows_the_same_rules_as_the_status_it_stands_for(old: Status, new: str):
    decision = given(*at(old)).when(lambda contact: getattr(contact, METHODS[new])())
    if old == new:
        decision.then()
    elif (old, new) in ALLOWED:
        stage = Stage(ALIGNED.get(new, Stage.DECISION))
        decision.then(moved(old, Status(new), Stage.DECISION, stage))
    else:
        decision.refuses(Conflict, code="invalid_status_transition")


@pytest.mark.parametrize(("old", "new"), [pair for pair in sorted(ALLOWED) if pair[0] != pair[1]])
@pytest.mark.parametrize("stage", Stage)
def test_a_given_stage_wins_over_the_aligned_one(old: str, new: str, stage: Stage):
    given(*at(Status(old))).when(change(Status(new), stage)).then(
        moved(Status(old), Status(new), Stage.DECISION, stage)
    )


@pytest.mark.parametrize("status", [Status.PAST_CLIENT, Status.LOST_LEAD, Status.INACTIVE])
@pytest.mark.parametrize("stage", Stage)
def test_ending_a_relationship_leaves_the_stage_alone(status: Status, stage: Stage):
    given(*at(Status.ACTIVE_CLIENT, stage)).when(change(status)).then(
        moved(Status.ACTIVE_CLIENT, status, stage, stage)
    )


@pytest.mark.parametrize("status", STATUSES)
def test_the_same_status_again_changes_nothing_even_with_a_reason(status: Status):
    given(*at(status)).when(change(status, reason="again", notes="and again")).then()


@pytest.mark.parametrize("status", STATUSES)
def test_the_same_status_with_another_stage_moves_the_stage(status: Status):
    given(*at(status)).when(change(status, Stage.RETENTION)).then(
        moved(status, status, Stage.DECISION, Stage.RETENTION)
    )


@pytest.mark.parametrize("status", STATUSES)
def test_a_stage_alone_can_be_set_in_any_status(status: Status):
    given(*at(status)).when(change(stage=Stage.INTEREST)).then(
        moved(status, status, Stage.DECISION, Stage.INTEREST)
    )
    given(*at(status)).when(change()).then()


def test_reason_and_notes_are_kept():
    given(ADDED).when(change(Status.QUALIFIED_LEAD, reason="Has a budget", notes="Ask Bo")).then(
        moved(
            Status.PROSPECT,
            Status.QUALIFIED_LEAD,
            Stage.AWARENESS,
            Stage.INTEREST,
            reason="Has a budget",
            notes="Ask Bo",
        )
    )


# Reactivating


@pytest.mark.parametrize(
    ("old", "new", "stage"),
    [
        (Status.INACTIVE, Status.PROSPECT, Stage.AWARENESS),
        (Status.LOST_LEAD, Status.PROSPECT, Stage.AWARENESS),
        (Status.PAST_CLIENT, Status.ACTIVE_CLIENT, Stage.CUSTOMER),
    ],
)
def test_a_relationship_that_had_ended_is_taken_up_again(old: Status, new: Status, stage: Stage):
    given(*at(old)).when(lambda contact: contact.reactivate("Called us", "At the fair")).then(
        ContactReactivated(
            old_status=old,
            new_status=new,
            old_stage=Stage.DECISION,
            new_stage=stage,
            reason="Called us",
            notes="At the fair",
        )
    )


@pytest.mark.parametrize("status", [Status.PROSPECT, Status.ACTIVE_CLIENT])
def test_reactivating_what_is_already_there_changes_nothing(status: Status):
    given(*at(status)).when(lambda contact: contact.reactivate("again")).then()


@pytest.mark.parametrize("status", [Status.QUALIFIED_LEAD, Status.OPPORTUNITY])
def test_a_relationship_under_way_cant_be_reactivated(status: Status):
    given(*at(status)).when(lambda contact: contact.reactivate("why not")).refuses(
        Conflict, code="not_inactive"
    )


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("reason", ["", "  ", "\n\t"])
def test_reactivating_needs_a_reason_whatever_the_status(status: Status, reason: str):
    given(*at(status)).when(lambda contact: contact.reactivate(reason)).refuses(
        Invalid, field="reason"
    )
