"""Errors between a decision and its append to the log."""

from domain.streams import StreamName


class AppendError(Exception):
    """The job was not appended, or its outcome is unknown."""


class VersionConflict(AppendError):
    """Another command appended to a stream first. A decision on fresh state may succeed."""

    def __init__(self, stream: StreamName):
        super().__init__(f"{stream} has moved on")
        self.stream = stream


class KeyReused(AppendError):
    """The idempotency key was used for another request body."""


class KeyExpired(AppendError):
    """The command had its effect under this idempotency key, and its answer is no longer kept."""


class PreconditionFailed(AppendError):
    """`If-Match` names a version that is no longer the current one."""


class Rejected(AppendError):
    """The database refused the job for good; nothing was appended. `for_its_data` is True if the
    reason is a value that the ledger can't store."""

    def __init__(self, *, for_its_data: bool):
        super().__init__("The database refuses what was decided; nothing was appended.")
        self.for_its_data = for_its_data


class TooLarge(AppendError):
    """The job would write more than one append may; nothing was appended."""

    def __init__(self) -> None:
        super().__init__("What this would record is too large; nothing was saved.")


class Overloaded(AppendError):
    """Too many jobs wait to be appended. A client may retry after `retry_after` seconds."""

    retry_after = 1


class Unavailable(AppendError):
    """The database can't be reached; nothing was appended."""

    retry_after = 2


class OutcomeUnknown(AppendError):
    """The connection was lost during the commit, and the outcome couldn't be read in time.

    Repeating the command under the same idempotency key is safe."""

    retry_after = 2


class Behind(Exception):
    """A read model didn't catch up in time with the appends that were acknowledged."""

    retry_after = 1
