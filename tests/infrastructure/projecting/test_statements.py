"""The tables of read models, as PostgreSQL has them."""

import psycopg

from infrastructure.projecting.statements import Table
from projections.all_models import READ_MODELS

STORED = (
    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attstorage = 'e' "
    "ORDER BY attname"
)


def test_texts_that_are_not_to_be_compressed_are_stored_as_they_are(database):
    with psycopg.connect(database()) as connection:
        for model in READ_MODELS:
            for statement in Table(model, f"a_{model.name}").create:
                connection.execute(statement)
            stored = connection.execute(STORED, (f"a_{model.name}",)).fetchall()
            assert [name for (name,) in stored] == sorted(model.plain)
