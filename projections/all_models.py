"""All read models, in the order in which they are written."""

from projections.accounts.model import ACCOUNTS
from projections.analytics.sums import ACTIVITY, TACTIC_USE
from projections.calendar_feeds.model import FED_MEETINGS
from projections.catalogue.services import SERVICES
from projections.catalogue.tactics import TACTICS
from projections.contacts.model import CONTACTS
from projections.interaction_log.model import INTERACTION_LOG
from projections.meetings.model import MEETINGS
from projections.read_model import ReadModel
from projections.sites.model import SITE_LIST, SITE_SEARCH
from projections.status_history.model import STATUS_HISTORY
from projections.timeline.former_entries import FORMER_ENTRIES
from projections.timeline.model import TIMELINE
from projections.webhooks.model import WEBHOOKS

READ_MODELS: tuple[ReadModel, ...] = (
    CONTACTS,
    TIMELINE,
    FORMER_ENTRIES,
    MEETINGS,
    STATUS_HISTORY,
    TACTICS,
    SERVICES,
    WEBHOOKS,
    ACCOUNTS,
    SITE_LIST,
    ACTIVITY,
    TACTIC_USE,
    INTERACTION_LOG,
    FED_MEETINGS,
    SITE_SEARCH,
)
