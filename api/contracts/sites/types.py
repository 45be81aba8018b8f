"""Types of this contract's bodies and queries."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from api.http.models import instant_schema, instant_such_as, not_blank, parse_query_instant

LONGEST_TERM = 500
"""Characters, as many as a title has."""


EXAMPLE = "2023-08-15T14:00:00Z"
DATE_SCHEMA = instant_schema(EXAMPLE)

Date = Annotated[Any, BeforeValidator(instant_such_as(EXAMPLE)), WithJsonSchema(DATE_SCHEMA)]
"""An Instant; naive date-times are refused."""

QueryDate = Annotated[Any, BeforeValidator(parse_query_instant), WithJsonSchema(DATE_SCHEMA)]

Line = Annotated[str, Field(max_length=500)]
Name = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(not_blank)]
Text = Annotated[str, Field(max_length=100_000)]
Term = Annotated[str, Field(max_length=LONGEST_TERM)]
