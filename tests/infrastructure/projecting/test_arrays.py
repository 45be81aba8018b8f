"""An array literal is read by PostgreSQL as the values it was made of."""

from datetime import date
from typing import Any
from uuid import UUID

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infrastructure.projecting.statements import array

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@settings(
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.none() | TEXTS | st.sampled_from(["NULL", "null", "{a,b}", '\\"', "\n\t", ""])))
def test_texts_come_back_as_they_were(module_database: str, texts):
    with psycopg.connect(module_database) as connection:
        found = connection.execute("SELECT %s::text[]", (array(texts).decode(),)).fetchone()
    assert found == (texts,)


def test_numbers_uuids_and_dates_come_back_as_they_were(module_database: str):
    columns: dict[str, list[Any]] = {
        "bigint": [1, -(2**62), None, 0],
        "uuid": [UUID(int=0), UUID(int=2**128 - 1)],
        "date": [date(2024, 2, 29), date(1, 1, 1), date(9999, 12, 31)],
    }
    with psycopg.connect(module_database) as connection:
        for type_, values in columns.items():
            sql = f"SELECT %s::{type_}[]"
            assert connection.execute(sql, (array(values).decode(),)).fetchone() == (values,)
