"""The read models there are, in the order in which they are written."""

from projections.activity import ACTIVITY
from projections.contacts import CONTACTS
from projections.former_entries import FORMER_ENTRIES
from projections.interaction_log import INTERACTION_LOG
from projections.meetings import MEETINGS
from projections.model import ReadModel
from projections.services import SERVICES
from projections.site_list import SITE_LIST, SITE_SEARCH
from projections.status_history import STATUS_HISTORY
from projections.tactic_use import TACTIC_USE
from projections.tactics import TACTICS
from projections.timeline import TIMELINE
from projections.webhooks import WEBHOOKS

READ_MODELS: tuple[ReadModel, ...] = (
    CONTACTS,
    TIMELINE,
    FORMER_ENTRIES,
    MEETINGS,
    STATUS_HISTORY,
    TACTICS,
    SERVICES,
    WEBHOOKS,
    SITE_LIST,
    ACTIVITY,
    TACTIC_USE,
    INTERACTION_LOG,
    SITE_SEARCH,
)
