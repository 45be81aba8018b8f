"""The contacts: one row each, as it is now."""

from datetime import timedelta

from domain.contact import Contact, ContactReactivated, ContactRemoved, ContactRestored, Details
from domain.relationship import LifecycleStage, RelationshipStatus
from projections.contacts.model import CONTACTS
from tests.domain.samples import ADDED, DETAILS, NOW
from tests.projections.given import ID, OTHER, given

ANN = Contact.evolve(None, ADDED)
(QUALIFIED,) = ANN.progress_to_qualified_lead(reason="called")
(RENAMED,) = ANN.change_details(Details(name="Ann Low", tags=()))


def test_a_contact_that_was_added_has_a_row():
    assert given(ADDED).row(CONTACTS) == {
        "tenant": "1",
        "id": ID,
        "number": 7,
        "name": "Ann Lee",
        "email": "ann@example.com",
        "phone": None,
        "company": "Lee & Sons",
        "title": None,
        "tags": ("vip",),
        "owner_id": "5",
        "status": RelationshipStatus.PROSPECT,
        "stage": LifecycleStage.AWARENESS,
        "removed": False,
        "position": 1,
        "created_at": NOW,
        "updated_at": NOW,
        "mail_address": "ann@example.com",
        "search": "ann lee\nann@example.com\nlee & sons",
    }


def test_corrected_details_replace_the_old_ones():
    row = given(ADDED, RENAMED).row(CONTACTS)
    assert (row["name"], row["email"], row["tags"], row["search"]) == (
        "Ann Low",
        None,
        (),
        "ann low",
    )
    assert (row["position"], row["created_at"]) == (2, NOW)
    assert row["updated_at"] == NOW + timedelta(minutes=1)


def test_a_status_brings_its_stage():
    row = given(ADDED, QUALIFIED).row(CONTACTS)
    assert (row["status"], row["stage"]) == ("qualified_lead", "interest")


def test_a_reactivated_contact_is_where_it_starts_again():
    (inactive,) = ANN.mark_as_inactive()
    (again,) = Contact.evolve(ANN, inactive).reactivate("wrote again")
    assert isinstance(again, ContactReactivated)
    row = given(ADDED, inactive, again).row(CONTACTS)
    assert (row["status"], row["stage"]) == ("prospect", "awareness")


def test_a_removed_contact_keeps_its_row_and_says_so():
    assert given(ADDED, ContactRemoved()).row(CONTACTS)["removed"]
    assert not given(ADDED, ContactRemoved(), ContactRestored()).row(CONTACTS)["removed"]


def test_contacts_have_rows_of_their_own():
    ben = ADDED.model_copy(update={"number": 8, "details": Details(name="Ben")})
    names = [row["name"] for row in given(ADDED, (OTHER, ben), RENAMED).rows(CONTACTS)]
    assert names == ["Ann Low", "Ben"]
    assert DETAILS.name == "Ann Lee"
