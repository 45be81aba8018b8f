"""Internal errors, in the answer to the caller."""

from uuid import UUID

import psycopg
import pytest

from api.http.problem import problem_of
from application import errors
from domain.streams import StreamName


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.Rejected(for_its_data=True), 422, "rejected"),
        (errors.Rejected(for_its_data=False), 500, "internal_error"),
        (errors.VersionConflict(StreamName("1", "contact", UUID(int=1))), 409, "version_conflict"),
        (errors.Overloaded(), 503, "overloaded"),
        (errors.OutcomeUnknown(), 503, "outcome_unknown"),
        (psycopg.OperationalError("secret host"), 503, "unavailable"),
        (psycopg.DataError("secret value"), 500, "internal_error"),
        (ZeroDivisionError("secret"), 500, "internal_error"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_every_failure_has_a_status_and_tells_no_secret(error: Exception, status: int, code: str):
    problem = problem_of(error)
    assert (problem.status, problem.code) == (status, code)
    assert "secret" not in problem.detail
    assert bool(problem.headers) == (status == 503)
