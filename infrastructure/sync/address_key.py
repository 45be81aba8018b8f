"""The key of the hashes of addresses: made once, and kept sealed in the database.

Plain, a dump of the database would give every address away that somebody can guess. A key that
doesn't open any more is replaced: all events are looked at again, and hashed with the new one.
"""

import base64
import logging
import os

from infrastructure.sealing.errors import Unopened
from infrastructure.sealing.keys import Keys
from projections.paging import Fetch

logger = logging.getLogger(__name__)

KEY_BYTES = 32
PLACE = ("", "kith", "addresses")
"""The tenant, the owner and the name that the key is sealed for."""

KNOWN = "SELECT value FROM calendar_key"
ADD = "INSERT INTO calendar_key (value) VALUES (%s) ON CONFLICT DO NOTHING RETURNING value"
REPLACE = "UPDATE calendar_key SET value = %s WHERE value = %s RETURNING value"
LOOK_AGAIN = """
WITH looked AS (UPDATE calendar_objects SET etag = NULL, fingerprint = NULL)
DELETE FROM calendar_cursors RETURNING account
"""


async def address_key(fetch: Fetch, keys: Keys) -> bytes:
    """The key of this database. Raises NoSecretKeys, psycopg.Error."""
    fresh = keys.seal(base64.b64encode(os.urandom(KEY_BYTES)).decode(), *PLACE)
    await fetch(ADD, (fresh,))
    ((sealed,),) = await fetch(KNOWN, ())
    try:
        key = keys.open(sealed, *PLACE)
    except Unopened as error:
        logger.error("the key of addresses in calendars is made anew: %s", error)
        if await fetch(REPLACE, (fresh, sealed)):
            await fetch(LOOK_AGAIN, ())
        return await address_key(fetch, keys)
    if not sealed.startswith(keys.prefix):
        await fetch(REPLACE, (keys.seal(key, *PLACE), sealed))
    return base64.b64decode(key)
