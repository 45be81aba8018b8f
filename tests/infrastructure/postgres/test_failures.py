"""Failures are classified: a lost connection, a transient condition, the statement's own fault."""

import psycopg
import pytest
from psycopg import errors

from infrastructure.postgres.failures import is_lost, will_pass


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("server closed the connection unexpectedly"),
        errors.ConnectionFailure("gone"),
        errors.AdminShutdown("terminating connection"),
        errors.CrashShutdown("another process crashed"),
        errors.CannotConnectNow("the database system is starting up"),
        errors.IdleInTransactionSessionTimeout("too long"),
        TimeoutError(),
        ConnectionResetError(),
    ],
)
def test_a_lost_connection_leaves_the_outcome_open_and_may_come_back(error: Exception):
    assert is_lost(error)
    assert will_pass(error)


@pytest.mark.parametrize(
    "error",
    [
        errors.DeadlockDetected("x"),
        errors.SerializationFailure("x"),
        errors.LockNotAvailable("x"),
        errors.QueryCanceled("x"),
        errors.DiskFull("x"),
        errors.OutOfMemory("x"),
        errors.TooManyConnections("x"),
        errors.ReadOnlySqlTransaction("x"),
        errors.IoError("x"),
    ],
)
def test_a_passing_trouble_undid_everything_and_may_be_over_in_a_moment(error: Exception):
    assert not is_lost(error)
    assert will_pass(error)


@pytest.mark.parametrize(
    "error",
    [
        errors.UniqueViolation("x"),
        errors.NotNullViolation("x"),
        errors.UntranslatableCharacter("x"),
        errors.UndefinedTable("x"),
        errors.ProgramLimitExceeded("index row size exceeds the maximum"),
        psycopg.DatabaseError("a state of somebody's own"),
        psycopg.ProgrammingError("x"),
        ValueError("x"),
    ],
)
def test_a_refusal_is_the_fault_of_what_was_asked(error: Exception):
    assert not is_lost(error)
    assert not will_pass(error)
