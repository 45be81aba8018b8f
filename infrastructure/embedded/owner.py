"""The owner of kith's database: the role as which kith connects, without a superuser's rights.

A statement that kith could be made to run can't read files of the system or start programs. Only
this module connects as the cluster's superuser. Extensions belong to the superuser or the owner:
kith takes trusted ones alone.
"""

import psycopg
from psycopg import sql

DATABASE = "kith"
OWNER = "kith_owner"

LOCK_SECONDS = 60
"""Seconds that the hand-over of one table waits for a kith of an older version."""

# Up to 2026-11 kith connected as the superuser; so does a kith of that age that is run again.
FOREIGN = """
SELECT found.kind, (pg_identify_object(found.class, found.id, 0)).identity
FROM (
    SELECT 'TABLE' AS kind, 'pg_class'::regclass AS class, c.oid AS id, c.relowner AS owner,
        c.relnamespace AS namespace
    FROM pg_class c
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') OR c.relkind = 'S' AND NOT EXISTS (
        SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i'))
    UNION ALL
    SELECT 'TYPE', 'pg_type'::regclass, t.oid, t.typowner, t.typnamespace
    FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.typtype IN ('d', 'e', 'r') OR t.typtype = 'c' AND c.relkind = 'c'
    UNION ALL
    SELECT 'ROUTINE', 'pg_proc'::regclass, p.oid, p.proowner, p.pronamespace FROM pg_proc p
) found
WHERE found.namespace = 'public'::regnamespace AND found.owner <> %s::regrole
    AND NOT EXISTS (
        SELECT FROM pg_depend d
        WHERE d.classid = found.class AND d.objid = found.id AND d.deptype = 'e')
"""
"""Everything in kith's schema of another owner, but what belongs to an extension. A sequence of a
column and the type of a table's rows go with their table."""


def ensure_database(superuser: psycopg.Connection) -> None:
    """Make the owner and the database unless they are there. `superuser` is connected to another
    database, in autocommit. Raises psycopg.Error."""
    known = superuser.execute("SELECT FROM pg_roles WHERE rolname = %s", [OWNER])
    if known.fetchone() is None:
        superuser.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(OWNER)))
    row = superuser.execute(
        "SELECT datdba = %s::regrole FROM pg_database WHERE datname = %s", [OWNER, DATABASE]
    ).fetchone()
    names = {"database": sql.Identifier(DATABASE), "owner": sql.Identifier(OWNER)}
    if row is None:
        superuser.execute(sql.SQL("CREATE DATABASE {database} OWNER {owner}").format(**names))
    elif not row[0]:
        superuser.execute(sql.SQL("ALTER DATABASE {database} OWNER TO {owner}").format(**names))


def hand_over(superuser: psycopg.Connection) -> None:
    """Give the owner whatever a former kith made in the database. `superuser` is connected to it.
    Raises psycopg.Error."""
    superuser.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
    for kind, identity in superuser.execute(FOREIGN, [OWNER]).fetchall():
        superuser.execute(f"ALTER {kind} {identity} OWNER TO {OWNER}")
