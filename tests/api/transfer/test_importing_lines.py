"""Lines written by hand or by another ledger: taken over, or refused with their number."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID

import pytest
from pydantic_core import from_json

from api.transfer import importing
from api.transfer.importing import read_lines
from api.transfer.lines import REDACTED
from application.contacts import RemoveContact, remove_contact
from application.interactions import (
    AmendInteraction,
    DeleteInteraction,
    amend_interaction,
    delete_interaction,
)
from infrastructure.append import group_commit
from tests.api.transfer.moving import comparable, exported, imported, records
from tests.infrastructure.mail.mailbox import desk

pytestmark = pytest.mark.anyio

ANN = "01890a5d-ac96-774b-bcce-b302099a8057"
ADDED = f'{{"type":"contact","id":"{ANN}","name":"Ann"}}'
CALLED = (
    f'{{"type":"interaction","contactId":"{ANN}","interactionType":"call",'
    '"date":"2024-04-01T10:00:00Z"}'
)
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()


@pytest.fixture
async def here(module_database):
    """A desk of a tenant of its own."""
    async with desk(module_database) as it:
        yield it


async def test_the_least_that_a_line_needs(here):
    met = f'{{"type":"meeting","contactId":"{ANN}","scheduledDateTime":"2024-04-02T10:00:00Z"}}'

    tally = await imported(here, ADDED, CALLED, met)

    assert tally.refused == []
    assert {name: count for name, count in tally.added.items() if count} == {
        "contacts": 1,
        "interactions": 1,
        "meetings": 1,
    }
    contact, meeting, interaction = records(exported(here))
    assert (contact["id"], contact["ownerId"]) == (ANN, here.caller.principal.user)
    assert (contact["relationshipStatus"], contact["statusHistory"]) == ("prospect", [])
    assert (meeting["contactId"], meeting["status"]) == (ANN, "scheduled")
    assert (interaction["interactionType"], interaction["contract"]) == ("call", "import")


async def test_a_line_without_an_id_stands_for_one_record_however_it_is_spaced(here):
    await imported(here, ADDED, CALLED)
    same = CALLED.replace(",", " , ")

    tally = await imported(here, ADDED, same, CALLED.replace("call", "coffee"))

    assert (tally.already_there, tally.added["interactions"]) == (2, 1)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[]", "It isn't an object"),
        ("{", "not valid JSON"),
        ('{"type":"contact","name":"Ann","name":"Bob"}', "the same name twice"),
        ("\N{LATIN SMALL LETTER E WITH ACUTE}".encode("latin-1"), "not valid UTF-8"),
        ('{"name":"Ann"}', "type is none of"),
        ('{"type":["contact"]}', "type is none of"),
        ('{"type":"contact"}', "name: it is missing"),
        ('{"type":"contact","name":" "}', "name: It must not be blank"),
        ('{"type":"contact","name":"Bob","nickname":"B"}', "nickname: it isn't a key"),
        ('{"type":"interaction","date":"2024-01-01"}', "contactId: it is missing"),
        (CALLED.replace("T10:00:00Z", "T10:00:00"), "date: The date-time has no offset"),
        (CALLED.replace("call", "chat"), "interactionType: Input should be"),
        (CALLED.replace("2024-04-01T10:00:00Z", TOMORROW), "can't be dated in the future"),
        (CALLED.replace("b302099a8057", "b302099a8058"), "there is no contact with this id"),
        (CALLED[:-1] + ',"duration":"30"}', "duration: Input should be a valid integer"),
        (CALLED[:-1] + f',"duration":{2**63 - 1}}}', "takes up to"),
        (CALLED[:-1] + f',"durationSeconds":{2**63 - 1}}}', "takes up to"),
        (
            f'{{"type":"meeting","contactId":"{ANN}","scheduledDateTime":"{TOMORROW}",'
            '"status":"completed"}',
            "can't have taken place in the future",
        ),
    ],
)
async def test_a_bad_line_is_listed_with_its_number_and_the_rest_goes_on(here, line, reason):
    tally = await imported(here, ADDED, "", line, CALLED)

    ((number, said),) = tally.refused
    assert number == 3
    assert reason in said
    assert (tally.lines, tally.added["interactions"]) == (3, 1)


async def test_a_record_without_its_content_is_refused_and_can_still_come_in_full(here):
    met = (
        f'{{"type":"meeting","contactId":"{ANN}","scheduledDateTime":"2024-04-02T10:00:00Z",'
        '"status":"completed","purpose":"Plans","outcomes":"Agreed"}'
    )
    secret = CALLED[:-1] + ',"notes":"Secret","restrictedTags":["tax"]}'
    await imported(here, ADDED, met, secret)
    held = next(record for record in records(exported(here)) if record["type"] == "meeting")
    identity = UUID(held["interactionId"])
    tagged = AmendInteraction(identity, {"labels.restricted": ("tax",)}, open_tags=("tax",))
    await here.do(amend_interaction, tagged)
    there = here.of(f"{here.caller.tenant}-2")

    tally = await imported(there, exported(here))

    assert tally.refused == [(number, REDACTED) for number in (2, 3, 4)]
    assert [record["type"] for record in records(exported(there))] == ["contact"]

    tally = await imported(there, exported(here, ("tax",)))

    assert (tally.refused, tally.already_there, sum(tally.added.values())) == ([], 1, 3)
    assert comparable(exported(there, ("tax",))) == comparable(exported(here, ("tax",)))


async def test_a_line_that_is_too_long_is_refused_without_being_read(monkeypatch):
    monkeypatch.setattr(importing, "LONGEST_LINE", 100)
    lines = b"\xef\xbb\xbf{}\n" + b"x" * 1000 + b"\n\n" + b"y" * 50

    assert list(read_lines(BytesIO(lines))) == [(1, b"{}"), (2, None), (4, b"y" * 50)]


async def test_a_status_is_reached_through_those_before_it(here):
    client = ADDED[:-1] + ',"relationshipStatus":"active_client"}'
    lost = '{"type":"contact","name":"Bob","relationshipStatus":"lost_lead"}'
    keen = '{"type":"contact","name":"Eve","lifecycleStage":"decision"}'

    assert (await imported(here, client, lost, keen)).refused == []

    made = {record["name"]: record for record in records(exported(here))}
    moves = [entry["newStatus"] for entry in made["Ann"]["statusHistory"]]
    assert moves == ["active_client", "opportunity", "qualified_lead"]
    assert made["Ann"]["lifecycleStage"] == "customer"
    assert {entry["reason"] for entry in made["Ann"]["statusHistory"]} == {"Imported"}
    assert made["Bob"]["relationshipStatus"] == "lost_lead"
    assert made["Eve"]["lifecycleStage"] == "decision"


async def test_a_history_that_does_not_fit_together_is_refused(here):
    entry = (
        '{"oldStatus":"opportunity","newStatus":"active_client",'
        '"oldLifecycleStage":"consideration","newLifecycleStage":"customer"}'
    )

    tally = await imported(here, ADDED[:-1] + f',"statusHistory":[{entry}]}}')

    assert tally.refused == [(1, "The status history has a gap")]
    assert exported(here) == b""


async def test_a_meeting_completed_by_hand_logs_its_interaction(here):
    held = (
        f'{{"type":"meeting","contactId":"{ANN}","scheduledDateTime":"2024-04-02T10:00:00Z",'
        '"status":"completed","purpose":"Plans","outcomes":"Agreed","attendees":["Ann"]}'
    )

    await imported(here, ADDED, held)

    _, meeting, interaction = records(exported(here))
    assert meeting["interactionId"] == interaction["id"]
    assert (interaction["subject"], interaction["notes"]) == ("Plans", "Agreed")
    assert interaction["date"] == meeting["actualDate"] == "2024-04-02T10:00:00Z"


async def test_an_exported_plan_can_be_imported(here):
    planned = CALLED.replace("2024-04-01T10:00:00Z", TOMORROW)[:-1] + ',"contract":"sites"}'
    await imported(here, ADDED, planned)
    there = here.of(f"{here.caller.tenant}-2")

    tally = await imported(there, exported(here))

    assert (tally.refused, tally.added["interactions"]) == ([], 1)


async def test_deleted_and_removed_records_are_not_restored_by_an_import(here):
    await imported(here, ADDED, CALLED)
    lines = exported(here).strip()
    contact, call = records(lines)
    await here.do(delete_interaction, DeleteInteraction(UUID(call["id"])))
    assert (await imported(here, lines)).already_there == 2

    await here.do(remove_contact, RemoveContact(UUID(contact["id"])))
    tally = await imported(here, lines, CALLED.replace("call", "lunch"))

    assert tally.already_there == 2
    assert [number for number, _ in tally.refused] == [3]
    assert exported(here) == b""


async def test_a_record_too_large_for_one_append_is_refused_and_the_others_are_not(
    here, monkeypatch
):
    await imported(here, ADDED)
    monkeypatch.setattr(group_commit, "LARGEST_JOB", 20_000)
    large = CALLED[:-1] + f',"notes":"{"n" * 20_000}"}}'

    tally = await imported(here, CALLED, large, CALLED.replace("call", "lunch"))

    assert tally.refused == [(2, "What this would record is too large; nothing was saved.")]
    assert (tally.added["interactions"], len(records(exported(here)))) == (2, 3)


async def test_participants_are_taken_over_as_they_were(here):
    gone = '[{"name":"Bob","contactId":"01890a5d-ac96-774b-bcce-b302099a8058"}]'

    tally = await imported(here, ADDED, CALLED[:-1] + f',"participants":{gone}}}')

    assert tally.refused == []
    (_, call) = records(exported(here))
    assert call["participants"] == from_json(gone)


async def test_an_email_of_an_older_export_is_taken_over_as_it_was(here):
    tally = await imported(here, ADDED[:-1] + ',"email":"Ann <ann@example.org>"}')

    assert tally.refused == []
    (contact,) = records(exported(here))
    assert contact["email"] == "Ann <ann@example.org>"


async def test_a_meeting_is_taken_over_with_its_attendees(here):
    met = (
        f'{{"type":"meeting","contactId":"{ANN}","scheduledDateTime":"2024-04-02T10:00:00Z",'
        '"endsAt":"2024-04-02T11:00:00Z","timezone":"Europe/Berlin",'
        f'"source":{{"kind":"calendar","account":"{ANN}"}},'
        '"attendees":["Bob",{"address":"eva@example.org"}]'
    )
    held = met + ',"invited":["Cleo"],"status":"completed"}'

    tally = await imported(here, ADDED, met + "}", held)

    assert tally.refused == []
    meetings = [one for one in records(exported(here)) if one["type"] == "meeting"]
    by_status = {one["status"]: one for one in meetings}
    scheduled, completed = by_status["scheduled"], by_status["completed"]
    assert scheduled["attendees"] == ["Bob", {"address": "eva@example.org"}]
    assert completed["attendees"] == ["Bob", "eva@example.org"]
    assert completed["invited"] == ["Cleo"]
    for one in meetings:
        assert (one["endsAt"], one["timezone"]) == ("2024-04-02T11:00:00Z", "Europe/Berlin")
        assert "source" not in one


async def test_a_meeting_that_cant_be_held_is_refused(here):
    met = (
        f'{{"type":"meeting","contactId":"{ANN}","scheduledDateTime":"2024-04-02T10:00:00Z",'
        '"endsAt":"2024-04-02T10:00:00Z"}'
    )

    tally = await imported(here, ADDED, met)

    assert tally.refused == [(2, "A meeting ends after it begins")]
