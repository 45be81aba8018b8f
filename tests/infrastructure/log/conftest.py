"""The ledgers of the append's tests: a log has to be written to be read."""

from tests.infrastructure.append.conftest import ledger, one

__all__ = ["ledger", "one"]
