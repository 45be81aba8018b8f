"""The reasons for refusing a decision. Each contract maps them to its own words and statuses."""


class Refusal(Exception):
    """A command can't be carried out. `code` is stable, the message is for people.

    `field` names the offending part of the command in the domain's own names (`when.at`,
    `contact_id`, …), never the caller's value.
    """

    code = "refused"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None):
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.field = field


class Invalid(Refusal):
    """The command breaks a rule that holds in every state of the ledger."""

    code = "invalid"


class NotFound(Refusal):
    """The subject of the command doesn't exist, or isn't the caller's."""

    code = "not_found"


class Conflict(Refusal):
    """The present state of the ledger doesn't allow the command."""

    code = "conflict"
