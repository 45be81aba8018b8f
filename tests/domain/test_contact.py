"""A contact's identity and existence."""

import pytest
from pydantic import ValidationError

from domain.contact import (
    Contact,
    ContactAdded,
    ContactDetailsChanged,
    ContactRemoved,
    ContactRestored,
    Details,
)
from domain.errors import Invalid, NotFound
from domain.event import Changed
from domain.relationship import LifecycleStage, RelationshipStatus
from tests.domain.given import fold, given
from tests.domain.samples import ADDED, DETAILS, SCHEDULED


def changed(**details: object):
    return lambda contact: contact.change_details(DETAILS.model_copy(update=details))


def test_a_new_contact_is_a_prospect_in_awareness_owned_by_who_added_it():
    assert Contact.add(7, DETAILS, "5") == [
        ContactAdded(number=7, details=DETAILS, owner_id="5"),
    ]
    contact = fold(None, [ADDED])
    assert (contact.status, contact.stage) == (
        RelationshipStatus.PROSPECT,
        LifecycleStage.AWARENESS,
    )
    assert (contact.number, contact.owner_id, contact.removed) == (7, "5", False)


def test_a_contact_needs_a_name():
    with pytest.raises(ValidationError):
        Details(name="")


def test_an_email_that_cant_be_an_address_is_refused_unless_it_is_there_already():
    nonsense = DETAILS.model_copy(update={"email": "Ann <ann@example.com>"})
    with pytest.raises(Invalid) as refused:
        Contact.add(7, nonsense, "5")
    assert (refused.value.code, refused.value.field) == ("email_invalid", "email")
    given(ADDED).when(changed(email="")).refuses(Invalid, code="email_invalid")
    (older,) = Contact.take_over(7, nonsense, "5")
    renamed = nonsense.model_copy(update={"name": "Ann Li"})
    given(older).when(lambda contact: contact.change_details(renamed)).then(
        ContactDetailsChanged(changes={"name": Changed(old="Ann Lee", new="Ann Li")})
    )


def test_an_email_is_kept_as_it_was_written():
    (added,) = Contact.add(7, DETAILS.model_copy(update={"email": " Ann@Exämple.com"}), "5")
    details = fold(None, [added]).details
    assert (details.email, details.mail_address) == (" Ann@Exämple.com", "ann@xn--exmple-cua.com")


def test_changed_details_are_told_by_field_with_old_and_new():
    given(ADDED).when(changed(email="lee@example.com", tags=("vip", "new"))).then(
        ContactDetailsChanged(
            changes={
                "email": Changed(old="ann@example.com", new="lee@example.com"),
                "tags": Changed(old=["vip"], new=["vip", "new"]),
            }
        )
    )


def test_a_detail_can_be_cleared():
    cleared = ContactDetailsChanged(
        changes={
            "email": Changed(old="ann@example.com", new=None),
            "tags": Changed(old=["vip"], new=[]),
        }
    )
    given(ADDED).when(changed(email=None, tags=())).then(cleared)
    assert fold(None, [ADDED, cleared]).details == DETAILS.model_copy(
        update={"email": None, "tags": ()}
    )


def test_the_same_details_again_change_nothing():
    given(ADDED).when(changed()).then()


def test_details_are_compared_with_what_they_are_now_not_with_what_they_were():
    renamed = ContactDetailsChanged(changes={"name": Changed(old="Ann Lee", new="Ann Li")})
    given(ADDED, renamed).when(changed()).then(
        ContactDetailsChanged(changes={"name": Changed(old="Ann Li", new="Ann Lee")})
    )


def test_removing_a_contact_is_a_fact_once():
    given(ADDED).when(Contact.remove).then(ContactRemoved())
    given(ADDED, ContactRemoved()).when(Contact.remove).then()


def test_restoring_a_removed_contact_is_a_fact_once():
    given(ADDED, ContactRemoved()).when(Contact.restore).then(ContactRestored())
    given(ADDED, ContactRemoved(), ContactRestored()).when(Contact.restore).then()
    given(ADDED).when(Contact.restore).then()


@pytest.mark.parametrize(
    "decide",
    [
        changed(name="Bo"),
        changed(),
        lambda contact: contact.change_status(RelationshipStatus.QUALIFIED_LEAD),
        lambda contact: contact.change_status(stage=LifecycleStage.DECISION),
        lambda contact: contact.reactivate("came back"),
    ],
    ids=["change_details", "same_details", "change_status", "change_stage", "reactivate"],
)
def test_a_removed_contact_is_not_found_until_it_is_restored(decide):
    given(ADDED, ContactRemoved()).when(decide).refuses(NotFound, "Contact not found")


def test_a_restored_contact_is_as_it_was():
    before = fold(None, [ADDED])
    assert fold(before, [ContactRemoved(), ContactRestored()]) == before


def test_an_event_of_something_else_is_no_event_of_a_contact():
    with pytest.raises(TypeError, match="no event of a contact"):
        Contact.evolve(fold(None, [ADDED]), SCHEDULED)
