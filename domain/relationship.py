"""Where a relationship stands (the relationships document, Status Progression Rules)."""

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


ALIGNED_STAGE = {
    RelationshipStatus.PROSPECT: LifecycleStage.AWARENESS,
    RelationshipStatus.QUALIFIED_LEAD: LifecycleStage.INTEREST,
    RelationshipStatus.OPPORTUNITY: LifecycleStage.CONSIDERATION,
    RelationshipStatus.ACTIVE_CLIENT: LifecycleStage.CUSTOMER,
}
"""The stage a status brings with it; the other three leave the stage alone."""

REACTIVATED = {
    RelationshipStatus.INACTIVE: RelationshipStatus.PROSPECT,
    RelationshipStatus.LOST_LEAD: RelationshipStatus.PROSPECT,
    RelationshipStatus.PAST_CLIENT: RelationshipStatus.ACTIVE_CLIENT,
}
"""Where a reactivated relationship starts again."""
