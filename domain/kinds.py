"""The canonical kinds of interaction, to and from which every contract maps its own words."""

from enum import StrEnum


class Kind(StrEnum):
    MEETING = "meeting"
    CALL = "call"
    EMAIL = "email"
    MESSAGE = "message"
    COFFEE = "coffee"
    LUNCH = "lunch"
    CONFERENCE = "conference"
    PROPOSAL = "proposal"
    QUOTE = "quote"
    CONTRACT = "contract"
    SERVICE = "service"
    FOLLOW_UP = "follow_up"
    NOTE = "note"
    UPDATE = "update"
    REVIEW = "review"
    TRAINING = "training"
    CONSULTATION = "consultation"


class Sentiment(StrEnum):
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class Direction(StrEnum):
    """Which way a mail went, seen from whose mailbox it was."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
