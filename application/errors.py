"""What can go wrong between a decision and its being in the log."""


class AppendError(Exception):
    """The job was not carried out, or it isn't known whether it was."""


class VersionConflict(AppendError):
    """Another command changed a stream first. Deciding again on fresh state may succeed."""

    def __init__(self, stream: str):
        super().__init__(f"{stream} has moved on")
        self.stream = stream


class KeyReused(AppendError):
    """The idempotency key was used for another request body."""


class PreconditionFailed(AppendError):
    """`If-Match` names a version that is no longer the current one."""


class Rejected(AppendError):
    """The database refused what was decided, for good; nothing was appended. `for_its_data` is
    whether a value was to blame, one that the ledger can't keep, rather than the ledger."""

    def __init__(self, *, for_its_data: bool):
        super().__init__("The database refuses what was decided; nothing was appended.")
        self.for_its_data = for_its_data


class Overloaded(AppendError):
    """Too much is waiting to be appended; come back after `retry_after` seconds."""

    retry_after = 1


class Unavailable(AppendError):
    """The database can't be reached; nothing was appended."""

    retry_after = 2


class OutcomeUnknown(AppendError):
    """The connection was lost during the commit and the outcome couldn't be found out in time.

    Sending the command again under the same idempotency key is safe."""

    retry_after = 2


class Behind(Exception):
    """A read model didn't catch up in time with what had been acknowledged."""

    retry_after = 1
