"""This contract's words for kinds of interaction and for places, and what they stand for."""

from typing import Literal

from domain.kinds import Kind

InteractionType = Literal[
    "inPerson", "byPhone", "workshopTalk", "oneOnOneLightTouch", "consultation"
]
Location = Literal["CUOffice", "consulate", "communityEvent"]

KINDS: dict[str, Kind] = {
    "inPerson": Kind.MEETING,
    "byPhone": Kind.CALL,
    "workshopTalk": Kind.TRAINING,
    "oneOnOneLightTouch": Kind.SERVICE,
    "consultation": Kind.CONSULTATION,
}
"""Each word's canonical kind."""

NEAREST: dict[Kind, InteractionType] = {
    Kind.MEETING: "inPerson",
    Kind.CALL: "byPhone",
    Kind.EMAIL: "byPhone",
    Kind.MESSAGE: "byPhone",
    Kind.COFFEE: "inPerson",
    Kind.LUNCH: "inPerson",
    Kind.CONFERENCE: "workshopTalk",
    Kind.PROPOSAL: "consultation",
    Kind.QUOTE: "consultation",
    Kind.CONTRACT: "consultation",
    Kind.SERVICE: "oneOnOneLightTouch",
    Kind.FOLLOW_UP: "oneOnOneLightTouch",
    Kind.NOTE: "oneOnOneLightTouch",
    Kind.UPDATE: "oneOnOneLightTouch",
    Kind.REVIEW: "consultation",
    Kind.TRAINING: "workshopTalk",
    Kind.CONSULTATION: "consultation",
}
"""The word for each kind that came through another contract. What isn't face to face is byPhone;
what the document has no word for is a light touch."""

PLACES: dict[str, Location] = {
    "CUOffice": "CUOffice",
    "consulate": "consulate",
    "consulateOffice": "consulate",
    "communityEvent": "communityEvent",
}
"""The spellings of each place. Any other place, of another contract, is shown as null."""


def word_for(kind: Kind, word: str | None) -> str:
    """The recorded word if this contract has it, else the nearest one for the kind."""
    return word if word in KINDS else NEAREST[kind]
