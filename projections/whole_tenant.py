"""The queries of an export of one tenant: catalogues, contacts, meetings and interactions, by id.

Removed contacts are left out, and with them their meetings and interactions, which no import could
bring in without them. What restricted tags hide stays hidden unless the tags are open.
"""

from projections.catalogue import services, tactics
from projections.contacts.queries import COLUMNS, LAST_CONTACTED
from projections.meetings.queries import RESTRICTED, SHOWN

TACTICS = f"SELECT {tactics.COLUMNS} FROM tactics WHERE tenant = %(tenant)s ORDER BY id"
"""The columns of a TacticRow."""

SERVICES = f"SELECT {services.COLUMNS} FROM services WHERE tenant = %(tenant)s ORDER BY number"
"""The columns of a ServiceRow."""

CONTACTS = f"""
SELECT {COLUMNS}, (
    SELECT array_agg(h.document ORDER BY h.version DESC) FROM status_history h
    WHERE h.tenant = c.tenant AND h.contact_id = c.id)
FROM contacts c {LAST_CONTACTED}
WHERE c.tenant = %(tenant)s AND NOT c.removed
ORDER BY c.id
"""
"""The columns of a ListedContact, then the entries of the status history, newest first, or null."""

MEETINGS = f"""
SELECT {SHOWN.replace("%s", "%(open)s")}
FROM meetings m JOIN contacts c ON c.tenant = m.tenant AND c.id = m.contact_id {RESTRICTED}
WHERE m.tenant = %(tenant)s AND NOT c.removed
ORDER BY m.id
"""

WITH_CONTACTS = """
FROM timeline t LEFT JOIN contacts c ON c.tenant = t.tenant AND c.id = t.contact_id
WHERE t.tenant = %(tenant)s AND t.main
"""

INTERACTIONS = f"""
SELECT CASE WHEN t.restricted <@ %(open)s::text[] THEN t.document ELSE t.redacted END
{WITH_CONTACTS} AND c.removed IS NOT TRUE
ORDER BY t.id
"""

COUNTS = f"""
WITH m AS (
    SELECT c.removed FROM meetings m JOIN contacts c ON c.tenant = m.tenant AND c.id = m.contact_id
    WHERE m.tenant = %(tenant)s),
t AS (
    SELECT c.removed IS TRUE AS removed, NOT t.restricted <@ %(open)s::text[] AS hidden
    {WITH_CONTACTS})
SELECT
    (SELECT count(*) FROM contacts WHERE tenant = %(tenant)s AND NOT removed),
    (SELECT count(*) FROM m WHERE NOT removed),
    (SELECT count(*) FROM t WHERE NOT removed),
    (SELECT count(*) FROM t WHERE removed),
    (SELECT count(*) FROM m WHERE removed),
    (SELECT count(*) FROM t WHERE NOT removed AND hidden),
    (SELECT count(*) FROM tactics WHERE tenant = %(tenant)s),
    (SELECT count(*) FROM services WHERE tenant = %(tenant)s)
"""
"""The columns of an export's Counts. `removed` are records of removed contacts."""
