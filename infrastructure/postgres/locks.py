"""Keys of the advisory locks, in one place so that no two subjects share one."""

APPEND_LOCK = 7_205_001
"""Held by a transaction that appends: positions commit in their order."""

SCHEMA_LOCK = 7_205_002
"""Held while migrating and while making read models."""

PROJECTOR_LOCK = 7_205_003
"""Held by the session that feeds the read models behind the append."""

REBUILD_LOCK = 7_205_004
"""Held by the session that rebuilds read models."""

THROTTLED_LOCK = 7_205_005
"""Held by the session that feeds the read models behind the throttled projector."""

RELAY_LOCK = 7_205_006
"""Held by the session that relays the log to Kafka."""

PLANNER_LOCK = 7_205_008
"""Held by the session that plans the deliveries of webhooks."""

WEBHOOKS_LOCK = 7_205_007
"""With the tenant's hash, held while a webhook is added: so they can be counted."""

ACCOUNTS_LOCK = 7_205_009
"""With the tenant's hash, held while an account is connected or its calendars are chosen."""

SYNC_PLANNER_LOCK = 7_205_010
"""Held by the session that notes what the accounts of calendars have to look at."""
