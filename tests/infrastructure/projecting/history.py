"""A history with something of everything: amended, moved, planned, restricted, deleted."""

from datetime import UTC, datetime, timedelta

from uuid_utils.compat import uuid7

from domain.appointment import Appointment, Attendee
from domain.contact import Details
from domain.kinds import Kind, Sentiment
from domain.meeting import Meeting, Outcome
from domain.record import Labels, Participant, People, Rapport, Said, TacticUse, When
from domain.streams import StreamName
from tests.infrastructure.projecting.support import NOW, Ledger

TACTIC = uuid7()
HOUR = timedelta(hours=1)


async def mixed_history(opened: Ledger) -> None:
    ann, ben = await opened.contact("Ann Lee"), await opened.contact("Ben")
    other = await opened.contact("Zoë", tenant="2")
    both = People(participants=(Participant(contact_id=ben.id), Participant(name="Carl")))

    call = await opened.log("Call", contact=ann.id, people=both)
    call = await opened.amend(call, said=Said(subject="A call", sentiment=Sentiment.POSITIVE))
    await opened.amend(call, when=When(at=NOW - 50 * HOUR, duration=90), people=People())

    gone = await opened.log("Gone", contact=ann.id, people=both)
    await opened.delete(await opened.amend(gone, kind=Kind.EMAIL))

    secret = await opened.log("Secret", contact=ben.id, labels=Labels(restricted=("hr",)))
    await opened.amend(secret, labels=Labels(tags=("open",)))
    await opened.log("Hidden", contact=ben.id, labels=Labels(restricted=("hr", "legal")))

    plan = await opened.log("Plan", days=-3, contact=ann.id)
    await opened.amend(plan, when=When(at=NOW - HOUR))

    uses = (TacticUse(tactic_id=TACTIC, effectiveness=4), TacticUse(tactic_id=TACTIC))
    rapport = await opened.log("Rapport", contact=ann.id, rapport=Rapport(score=7, tactics=uses))
    await opened.amend(rapport, rapport=Rapport(score=7, tactics=uses[:1]))
    await opened.log("Nobody's")
    await opened.log("Elsewhere", tenant="2", contact=other.id)

    await opened.append(ann.stream, ann, *ann.state.progress_to_qualified_lead())
    details = Details(name="Ben Low", email="Ben@Example.com", tags=("vip",))
    ben = await opened.append(ben.stream, ben, *ben.state.change_details(details))
    ben = await opened.append(ben.stream, ben, *ben.state.mark_as_inactive(reason="silent"))
    ben = await opened.append(ben.stream, ben, *ben.state.reactivate("he wrote"))
    await opened.append(ben.stream, ben, *ben.state.remove())

    appointment = Appointment(
        scheduled_at=NOW + HOUR,
        ends_at=NOW + 2 * HOUR,
        purpose="Review",
        attendees=(Attendee(name="Carl"), Attendee(address="bo@example.com", contact_id=ben.id)),
    )
    for close in ("complete", "cancel", "reinstate", "leave"):
        stream = StreamName("1", Meeting.kind, uuid7())
        meeting = await opened.append(stream, None, *Meeting.schedule(ann.id, appointment))
        if close == "complete":
            outcome = Outcome(held_at=NOW - HOUR, duration=1799)
            events = meeting.state.complete(outcome, uuid7(), datetime.now(UTC))
            await opened.append(stream, meeting, *events)
        elif close != "leave":
            meeting = await opened.append(stream, meeting, *meeting.state.cancel("ill"))
            if close == "reinstate":
                await opened.append(stream, meeting, *meeting.state.reinstate())
