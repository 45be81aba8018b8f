"""A secret in the words of each contract, and of the ledger.

A body is made of a number, which tells apart what readers may see of it, and of a secret.
"""

from datetime import datetime

from domain.kinds import Direction, Kind, Sentiment
from domain.record import (
    Answer,
    FollowUp,
    Mail,
    Participant,
    People,
    Place,
    Rapport,
    Record,
    Said,
    Service,
    TacticUse,
    When,
)
from tests.api.lookalikes.hidden import Json, Large


def day(number: int) -> str:
    return f"20{number:02}-03-04"


def instant(number: int) -> str:
    return f"{day(number)}T05:06:{number:02}Z"


def tracking(number: int, secret: Json) -> Json:
    return {
        "contactId": "{contact:0}",
        "interactionType": "coffee",
        "date": instant(number),
        "duration": secret["minutes"],
        "location": "CUOffice",
        "topicsDiscussed": secret["topics"],
        "notes": secret["notes"],
        "sentiment": secret["sentiment"],
        "followUpNeeded": True,
        "followUpNotes": secret["followUp"],
        "participants": ["Paul"],
        "tags": ["vip"],
    }


def rapport(number: int, secret: Json) -> Json:
    logs = [
        {"tactic_id": one, "effectiveness_score": secret["score"] and 5, "notes": secret["outcome"]}
        for one in secret["tactics"]
    ]
    interaction = {
        "contact_id": "{contact:0}",
        "interaction_datetime": instant(number),
        "medium": "Video Call",
        "topic": secret["subject"],
        "user_notes": secret["notes"],
        "rapport_score_post": secret["score"],
        "observed_non_verbal": secret["nonVerbal"],
    }
    return {"interaction": interaction, "tactic_logs": logs}


def sites(number: int, secret: Json) -> Json:
    return {
        "title": secret["subject"],
        "type": "Review",
        "lead": "Lea Leader",
        "start_datetime": instant(number),
        "timezone": "Europe/Berlin",
        "end_datetime": secret["end"],
        "location": "CUOffice",
        "description": secret["description"],
        "notes": secret["notes"],
    }


def relationships(number: int, secret: Json) -> Json:
    return {
        "type": "note",
        "description": secret["description"],
        "outcome": secret["outcome"],
        "next_action": secret["action"],
        "scheduled_follow_up": instant(number),
    }


def clients(number: int, secret: Json) -> Json:
    service, answers = secret["delivery"]
    return {
        "serviceId": service,
        "interactionType": "oneOnOneLightTouch",
        "description": secret["notes"],
        "dateOfInteraction": day(number),
        "duration": secret["clock"],
        "location": "consulate",
        "customQuestions": answers,
    }


def appointment(number: int, secret: Json) -> Json:
    return {
        "contactId": "{contact:0}",
        "scheduledDateTime": instant(number),
        "location": "CUOffice",
        "purpose": secret["notes"],
        "endsAt": secret["end"],
        "attendees": secret["topics"],
        "agendaItems": secret["topics"],
        "preparationNotes": secret["outcome"],
    }


def outcome(number: int, secret: Json) -> Json:
    return {
        "actualDate": instant(number),
        "attendees": ["Paul"],
        "duration": secret["minutes"],
        "topicsCovered": secret["topics"],
        "outcomes": secret["description"],
        "actionItems": secret["topics"],
        "nextSteps": secret["action"],
        "relationshipImpact": secret["nonVerbal"],
    }


def record(number: int, secret: Json) -> Record:
    """A record that no contract writes alone; where a text is large, every text is."""
    at, notes = datetime.fromisoformat(instant(number)), secret["notes"]
    end = secret["end"] and datetime.fromisoformat(secret["end"])
    is_large = isinstance(notes, Large)

    def text(name: str) -> str | None:
        return notes if is_large else secret[name]

    service, answers = secret["delivery"]
    mail = Mail(message_id=secret["action"], direction=Direction.OUTGOING, thread_id="thread")
    return Record(
        kind=Kind.EMAIL,
        word="email",
        when=When(at=at, ends_at=end, duration=secret["seconds"]),
        said=Said(
            subject=text("subject"),
            description=text("description"),
            notes=notes,
            outcome=text("outcome"),
            topics=tuple(secret["topics"]),
            sentiment=secret["sentiment"] and Sentiment(secret["sentiment"]),
        ),
        place=Place(location="CUOffice", medium="phone"),
        follow_up=FollowUp(needed=True, notes=text("followUp"), action=text("action"), due=at),
        rapport=Rapport(
            score=secret["score"],
            non_verbal=text("nonVerbal"),
            tactics=tuple(
                TacticUse(tactic_id=one, notes=secret["outcome"]) for one in secret["tactics"]
            ),
        ),
        service=Service(
            service_id=service,
            answers=tuple(
                Answer(question_id=one["questionId"], answer=one["answer"]) for one in answers
            ),
        ),
        people=People(lead="Lea Leader", participants=(Participant(name="Paul"),)),
        mail=mail if secret["mail"] else None,
    )
