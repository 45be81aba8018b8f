"""A medium is any text here; which kind of interaction it stands for, and the way back.

The kinds' own names are among the words, so that every kind survives the way there and back.
"""

import re

from domain.kinds import Kind

WORDS: tuple[tuple[Kind, str], ...] = (
    (Kind.FOLLOW_UP, "followup"),
    (Kind.COFFEE, "coffee tea cafe café"),
    (Kind.LUNCH, "lunch breakfast brunch dinner meal restaurant"),
    (Kind.CALL, "call calls phone phoned telephone video voice zoom facetime skype mobile"),
    (Kind.EMAIL, "email emails mail mails"),
    (Kind.MESSAGE, "message messages messaging text texts sms mms chat dm whatsapp signal"),
    (Kind.MESSAGE, "telegram slack discord messenger linkedin instagram letter postcard"),
    (Kind.CONFERENCE, "conference webinar event congress summit fair"),
    (Kind.TRAINING, "training workshop course seminar"),
    (Kind.CONSULTATION, "consultation counselling counseling coaching"),
    (Kind.REVIEW, "review"),
    (Kind.PROPOSAL, "proposal"),
    (Kind.QUOTE, "quote"),
    (Kind.CONTRACT, "contract"),
    (Kind.SERVICE, "service"),
    (Kind.UPDATE, "update"),
    (Kind.NOTE, "note memo"),
)
"""The first row with one of the text's words decides."""

LONGEST = 50
"""Characters of a medium."""

_KINDS = [(kind, frozenset(words.split())) for kind, words in WORDS]
_HYPHENS = re.compile(r"[-‐‑_]")
_NOT_A_WORD = re.compile(r"\W+")


def kind_of(medium: str | None) -> Kind:
    """The nearest kind. An unknown medium is a meeting: rapport is built between people."""
    if medium is None:
        return Kind.NOTE
    words = set(_NOT_A_WORD.split(medium.casefold()))
    words |= set(_NOT_A_WORD.split(_HYPHENS.sub("", medium.casefold())))
    return next((kind for kind, known in _KINDS if not words.isdisjoint(known)), Kind.MEETING)


def medium_of(kind: Kind) -> str:
    """The medium of a kind, for an interaction that names none."""
    return "Follow-up" if kind == Kind.FOLLOW_UP else kind.value.capitalize()
