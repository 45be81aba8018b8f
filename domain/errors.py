"""Why a decision was refused. Contracts put these into their own words and statuses."""


class Refusal(Exception):
    """A command can't be carried out. `code` is stable, the message is for people.

    `field` names the part of the command that is to blame, in the domain's own names
    (`when`, `contact_id`, …); it never carries the caller's value.
    """

    code = "refused"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None):
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.field = field


class Invalid(Refusal):
    """The command breaks a rule whatever the state of the ledger is."""

    code = "invalid"


class NotFound(Refusal):
    """What the command is about isn't there, or isn't the caller's."""

    code = "not_found"


class Conflict(Refusal):
    """The state of the ledger doesn't allow it now."""

    code = "conflict"


class TransitionNotAllowed(Conflict):
    """A status can't follow another (the relationships document, Status Progression Rules)."""

    code = "invalid_status_transition"

    def __init__(self, old: str, new: str):
        super().__init__(
            f"Invalid status transition: cannot move from {old} to {new}",
            field="relationship_status",
        )
