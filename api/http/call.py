"""A request with its caller and the services that answer."""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.requests import Request

from api.http.problem import Problem, Refused, forbidden, invalid
from application.context import Principal
from application.ports import CommandKey
from infrastructure.log.reader import LogReader, reading
from infrastructure.postgres.fetch import fetching
from projections.paging import Fetch

if TYPE_CHECKING:
    from api.services import Services

LONGEST_KEY = 255
"""Characters of an Idempotency-Key."""

TAG = "tag:"
"""The prefix of the permission to see and set a restricted tag."""


class Call(Request):
    """`contract` is the contract that answers, `status` the one its route answers with; `principal`
    is set once the token is verified, `key` once the body of a keyed POST is read. `unanswered` is
    True once the log is known to hold no answer to the key."""

    services: "Services"
    contract: str
    status: int
    principal: Principal
    key: CommandKey | None = None
    unanswered = False

    @property
    def tenant(self) -> str:
        assert self.principal.tenant is not None
        return self.principal.tenant

    @property
    def fetch(self) -> Fetch:
        """Runs queries on the tenant's share of the connections. Raises as `fetching`."""
        return fetching(self.services.pools.of(self.tenant))

    def log(self) -> AbstractAsyncContextManager[LogReader]:
        """A reader of the log, on the tenant's share of the connections. Raises as `reading`."""
        return reading(self.services.pools.of(self.tenant))

    def require(self, permission: str) -> None:
        """Raises a 403 unless the caller has the permission."""
        if not self.principal.may(permission):
            raise forbidden(permission)

    @property
    def open_tags(self) -> tuple[str, ...]:
        """The restricted tags that the query opens (`?tags=`). Raises a 403 if the caller lacks the
        permission of one."""
        words = tag_words(self.query_params.getlist("tags"))
        if not all(self.principal.may(f"{TAG}{word}") for word in words):
            raise forbidden(f"{TAG}<name>")  # which one, the caller knows
        return words

    @property
    def permitted_tags(self) -> tuple[str, ...]:
        """The restricted tags that the caller may open, whether the query does or not."""
        permissions = sorted(self.principal.permissions)
        return tuple(p.removeprefix(TAG) for p in permissions if p.startswith(TAG))

    def set_key(self, key: str, body: bytes) -> None:
        """Set the command key, of the value of `Idempotency-Key`. Raises a 400."""
        if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
            detail = f"Idempotency-Key is 1 to {LONGEST_KEY} printable characters."
            raise invalid(("header", "Idempotency-Key"), "idempotency_key_invalid", detail, 400)
        # Restricted tags are part of the command, though sent in the query.
        tags = "".join(f"{tag}\n" for tag in tag_words(self.query_params.getlist("tags")))
        digest = sha256(tags.encode() + body).digest()
        path, user = self.url.path, self.principal.user
        self.key = CommandKey(self.tenant, user, self.contract, self.method, path, key, digest)


def tag_words(values: Iterable[str]) -> tuple[str, ...]:
    """The tags of a query: separated by commas, or a parameter each."""
    words = (word.strip() for value in values for word in value.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def tenant_required(detail: str) -> Refused:
    return Refused(Problem(403, "tenant_required", detail))
