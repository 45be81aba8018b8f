"""Problems: every error of a request, before its contract renders it."""

import difflib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import ClientDisconnect

from application import errors
from domain.errors import Conflict, NotFound, Refusal
from domain.redaction import Hidden
from infrastructure.identity.errors import IdentityUnavailable, InvalidToken
from infrastructure.postgres.bounded_queries import TooSlow
from infrastructure.sealing.errors import NoSecretKeys, Unopened
from infrastructure.tenant_limiter import LimitReached

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in one part of a request. `where` is its path, beginning with the part of the
    request (body, query, path, header); `field` is the domain's name for it, if the domain refused
    it. Neither holds text of the caller."""

    where: tuple[str | int, ...]
    code: str
    detail: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    status: int
    code: str
    detail: str
    faults: tuple[Fault, ...] = ()
    headers: tuple[tuple[str, str], ...] = field(default=())


class Refused(Exception):
    """Raised for a request that is refused before it reaches the application."""

    def __init__(self, problem: Problem):
        super().__init__(problem.detail)
        self.problem = problem


def forbidden(permission: str) -> Refused:
    detail = f"Insufficient permissions: {permission} required"
    return Refused(Problem(403, "permission_required", detail))


def invalid(where: tuple[str | int, ...], code: str, detail: str, status: int = 422) -> Refused:
    return Refused(Problem(status, code, detail, (Fault(where, code, detail),)))


def problem_of(error: Exception) -> Problem:
    """The problem of an exception. An unforeseen one is logged and becomes a 500."""
    match error:
        case Refused():
            return error.problem
        case ClientDisconnect():
            return Problem(400, "incomplete", "The request ended before its body did.")
        case InvalidToken():
            challenge = (("WWW-Authenticate", 'Bearer realm="kith"'),)
            return Problem(401, "unauthorized", str(error), headers=challenge)
        case Refusal():
            return _refusal(error)
        case errors.KeyReused():
            detail = "This Idempotency-Key was used for another request."
            return Problem(422, "idempotency_key_reused", detail)
        case errors.KeyExpired():
            detail = "The answer to this Idempotency-Key has expired; its request had its effect."
            return Problem(409, "idempotency_key_expired", detail)
        case errors.PreconditionFailed():
            detail = "The record has changed since the version named in If-Match."
            return Problem(412, "precondition_failed", detail)
        case errors.VersionConflict():
            detail = "Other commands kept changing the same record; try again."
            return Problem(409, "version_conflict", detail)
        case errors.Rejected(for_its_data=True):
            detail = "The ledger can't keep what this would record; nothing was saved."
            return Problem(422, "rejected", detail)
        case errors.TooLarge():
            return Problem(413, "too_large", str(error))
        case errors.Overloaded() | errors.Unavailable() | errors.OutcomeUnknown() | errors.Behind():
            return _later(error, error.retry_after)
        case IdentityUnavailable():
            return Problem(503, "identity_unavailable", str(error), headers=(("Retry-After", "2"),))
        case TooSlow() | psycopg.errors.QueryCanceled():
            detail = "A query takes too long. A longer term or a narrower range of dates helps."
            return Problem(503, "query_too_slow", detail, headers=(("Retry-After", "5"),))
        case NoSecretKeys():
            return Problem(503, "no_secret_keys", str(error))
        case Unopened():
            logger.error("a secret doesn't open: %s", error)
            detail = "A secret can't be opened here; the log of kith says why."
            return Problem(503, "secret_unopened", detail)
        case LimitReached():
            detail = "Too many requests of this tenant are being answered; try again in a moment."
            return Problem(503, "overloaded", detail, headers=(("Retry-After", "1"),))
        case psycopg.OperationalError():
            return _later(errors.Unavailable("The database can't be reached."), 2)
    logger.error("an unforeseen error", exc_info=error)
    return Problem(500, "internal_error", "Something went wrong here; it has been logged.")


def _refusal(error: Refusal) -> Problem:
    match error:
        case NotFound():
            status = 404
        case Conflict():
            status = 409
        case Hidden():
            status = 403
        case _:
            status = 422
    faults = () if error.field is None else (Fault((), error.code, error.message, error.field),)
    return Problem(status, error.code, error.message, faults)


def _later(error: Exception, seconds: int) -> Problem:
    codes = {
        errors.Overloaded: "overloaded",
        errors.OutcomeUnknown: "outcome_unknown",
        errors.Behind: "read_model_behind",
    }
    detail = str(error) or "The service can't answer right now; try again in a moment."
    retry = (("Retry-After", str(seconds)),)
    return Problem(503, codes.get(type(error), "unavailable"), detail, headers=retry)


def faults_of(error: ValidationError, part: str, known: Sequence[str] = ()) -> tuple[Fault, ...]:
    """A model's validation errors as faults. Unknown names are not repeated; a known name that is
    close to one is suggested."""
    if error.error_count() > MOST_LISTED:
        return (Fault((part,), "invalid", f"More than {MOST_LISTED} parts of it are invalid."),)
    found = error.errors(include_url=False, include_input=False)
    return tuple(_fault(details, part, known) for details in found[:MOST_FAULTS])


MOST_FAULTS = 20

MOST_LISTED = 1000
"""Errors; listing more of them would take longer than all else in a request."""

LONGEST_NAME = 100
"""Characters up to which an unknown name is compared with the known ones."""

SENTENCES = {
    "model_type": "It has to be an object.",
    "model_attributes_type": "It has to be an object.",
    "uuid_parsing": "It has to be a UUID.",
}
"""Messages in place of those that name a class of ours or quote the caller's text."""


def _fault(details: ErrorDetails, part: str, known: Sequence[str]) -> Fault:
    where: tuple[str | int, ...] = (part, *details["loc"])
    code = details["type"]
    if code == "extra_forbidden":
        name = str(details["loc"][-1])
        close = difflib.get_close_matches(name, known, n=1) if len(name) <= LONGEST_NAME else ()
        hint = f"; did you mean {close[0]}?" if close else "."
        return Fault(where[:-1], "unknown_key", f"There is a key that isn't known here{hint}")
    # The text of a ValueError is ours; pydantic's own messages don't quote the input.
    message = str(details["ctx"]["error"]) if code == "value_error" else details["msg"]
    return Fault(where, code, SENTENCES.get(code, message))


def unprocessable(faults: tuple[Fault, ...]) -> Refused:
    detail = faults[0].detail if len(faults) == 1 else f"{len(faults)} parts of it are invalid."
    return Refused(Problem(422, "invalid", f"The request is invalid: {detail}", faults))
