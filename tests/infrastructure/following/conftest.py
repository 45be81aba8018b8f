"""A ledger for each test: followers need a log to follow."""

from tests.infrastructure.projecting.conftest import conninfo, opened

__all__ = ["conninfo", "opened"]
