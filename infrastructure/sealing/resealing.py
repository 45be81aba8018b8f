"""Values that are sealed anew: the plain ones at the start, and all others after a change of keys.

A value is replaced by compare-and-set, so that any number of processes may do it beside commands.
"""

import logging
from typing import NamedTuple

from infrastructure.sealing.errors import Unopened
from infrastructure.sealing.keys import SEALED, Keys
from infrastructure.sealing.values import ConfidentialValues, Store
from projections.paging import Fetch

logger = logging.getLogger(__name__)

BATCH = 500
"""Values sealed by one statement."""


class Resealed(NamedTuple):
    """The number of values that were sealed, and of those that don't open and stay as they are."""

    sealed: int
    unopened: int


async def reseal(fetch: Fetch, keys: Keys, store: Store, *, plain: bool = False) -> Resealed:
    """Seal with the first key what is sealed with another one or not at all; with `plain` only the
    latter. Raises NoSecretKeys, psycopg.Error."""
    values = ConfidentialValues(fetch, keys, store)
    select = (
        f"SELECT id, tenant, {store.kind}, value FROM {store.table} "
        "WHERE NOT starts_with(value, %s) AND id > coalesce(%s, "
        f"'00000000-0000-0000-0000-000000000000'::uuid) ORDER BY id LIMIT {BATCH}"
    )
    replace = (
        f"UPDATE {store.table} t SET value = given.new "
        "FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS given(id, old, new) "
        "WHERE t.id = given.id AND t.value = given.old RETURNING t.id"
    )
    done = Resealed(0, 0)
    current, last = SEALED if plain else keys.prefix, None
    while rows := await fetch(select, (current, last)):
        fresh, unopened = [], 0
        for identity, tenant, owner, value in rows:
            try:
                content = values.open(tenant, owner, identity, value)
            except Unopened as error:
                logger.error("a secret stays as it is: %s", error)
                unopened += 1
                continue
            fresh.append((identity, value, values.seal(tenant, owner, identity, content)))
        ids, old, new = ([row[at] for row in fresh] for at in range(3))
        sealed = len(await fetch(replace, (ids, old, new)))
        done = Resealed(done.sealed + sealed, done.unopened + unopened)
        last = rows[-1][0]
    return done


async def seal_plain(fetch: Fetch, keys: Keys, store: Store) -> None:
    """Seal what is kept plain, and log which keys are missing. Raises psycopg.Error."""
    if keys:
        await reseal(fetch, keys, store, plain=True)
    counts: dict[str, int] = dict(
        await fetch(
            "SELECT CASE WHEN starts_with(value, %s) THEN split_part(value, ':', 2) ELSE '' END, "
            f"count(*) FROM {store.table} GROUP BY 1",
            (SEALED,),
        )
    )
    if plain := counts.pop("", 0):
        logger.warning(
            "%d secrets of %ss are kept plain in the database; KITH_SECRET_KEYS seals them",
            plain,
            store.kind,
        )
    for identity, count in counts.items():
        if identity not in keys:
            logger.error(
                "%d secrets of %ss need the key %s, which is missing in KITH_SECRET_KEYS",
                count,
                store.kind,
                identity,
            )
