"""The status and stage of a relationship (the relationships document, Status Progression Rules)."""

from enum import StrEnum


class RelationshipStatus(StrEnum):
    PROSPECT = "prospect"
    QUALIFIED_LEAD = "qualified_lead"
    OPPORTUNITY = "opportunity"
    ACTIVE_CLIENT = "active_client"
    PAST_CLIENT = "past_client"
    LOST_LEAD = "lost_lead"
    INACTIVE = "inactive"


class LifecycleStage(StrEnum):
    AWARENESS = "awareness"
    INTEREST = "interest"
    CONSIDERATION = "consideration"
    DECISION = "decision"
    RETENTION = "retention"
    CUSTOMER = "customer"


PRECEDING = {
    RelationshipStatus.PROSPECT: (),
    RelationshipStatus.QUALIFIED_LEAD: (RelationshipStatus.PROSPECT,),
    RelationshipStatus.OPPORTUNITY: (RelationshipStatus.QUALIFIED_LEAD,),
    RelationshipStatus.ACTIVE_CLIENT: (RelationshipStatus.OPPORTUNITY,),
    RelationshipStatus.PAST_CLIENT: (RelationshipStatus.ACTIVE_CLIENT,),
    RelationshipStatus.LOST_LEAD: tuple(RelationshipStatus),
    RelationshipStatus.INACTIVE: tuple(RelationshipStatus),
}
"""The statuses from which each status can be reached."""

ALIGNED_STAGE = {
    RelationshipStatus.PROSPECT: LifecycleStage.AWARENESS,
    RelationshipStatus.QUALIFIED_LEAD: LifecycleStage.INTEREST,
    RelationshipStatus.OPPORTUNITY: LifecycleStage.CONSIDERATION,
    RelationshipStatus.ACTIVE_CLIENT: LifecycleStage.CUSTOMER,
}
"""The stage aligned with a status; the other three leave the stage as it is."""

REACTIVATED = {
    RelationshipStatus.INACTIVE: RelationshipStatus.PROSPECT,
    RelationshipStatus.LOST_LEAD: RelationshipStatus.PROSPECT,
    RelationshipStatus.PAST_CLIENT: RelationshipStatus.ACTIVE_CLIENT,
}
"""The status to which each ended relationship is reactivated."""
