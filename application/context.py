"""The caller as the application knows one, however they were authenticated.

The entrances make a `Principal` from a token or from a command line; handlers decide by it, and the
ledger puts it into the envelope of what they append.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from application.ports import CommandKey

LONGEST_TENANT = 64
"""Characters. A tenant is the first part of every stream's name, so that it has no slash."""

_TENANT = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST_TENANT}}}")


def is_tenant(text: str) -> bool:
    """True for 1 to 64 letters, digits, `_` and `-`."""
    return _TENANT.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose identity has been verified; the claims named here are those of the token.

    Raises ValueError for a tenant, a `site` or one of `sites`, that can't be a tenant.
    """

    user: str
    """The claim `sub`: stable and unique within the issuer; 1 to 255 characters."""

    name: str
    """The claim `name`, else given and family name, else the user. Never empty."""

    number: int | None = None
    """The user as contracts with numeric ids know them: a numeric `sub`, else the claim
    `user_id`; 1 to 2^52 - 1. None if the token has neither."""

    given_name: str | None = None
    """The claim `given_name`."""

    family_name: str | None = None
    """The claim `family_name`."""

    tenant: str | None = None
    """The claim `tenant`, else `site_id`, else `business_id`. Without one, everything is 403."""

    permissions: frozenset[str] = frozenset()
    """The claim `permissions` (an array), else the words of `scope`."""

    contract: str | None = None
    """The claim `contract`: which contract answers where two document the same path."""

    site: str | None = None
    """The claim `site_id`, whichever claim the tenant is from."""

    sites: tuple[str, ...] | None = None
    """The claim `sites`: the tenants between which the caller may choose; None if not given."""

    expires_at: float = float("inf")
    """The claim `exp`, in seconds since 1970-01-01T00:00:00Z. Infinite for a command line."""

    def __post_init__(self) -> None:
        for tenant in (self.tenant, self.site, *(self.sites or ())):
            if tenant is not None and not is_tenant(tenant):
                raise ValueError(
                    "A tenant consists of letters, digits, '_' and '-', "
                    f"and has up to {LONGEST_TENANT} of them."
                )

    def may(self, permission: str) -> bool:
        """True if the caller has this permission, such as `edit_contacts` or `tag:tax`."""
        return permission in self.permissions


@dataclass(frozen=True, slots=True)
class Caller:
    """The origin of a command: a principal, the contract and the request's id, with its conditions.

    `if_match` are the positions the record may be at, None for any. `unanswered` is True if the key
    was looked up just now and has no answer.
    """

    principal: Principal
    contract: str
    correlation: str
    key: CommandKey | None = None
    if_match: frozenset[int] | None = None
    unanswered: bool = False

    @property
    def tenant(self) -> str:
        assert self.principal.tenant is not None
        return self.principal.tenant


FIRST_OWN = 2**52
"""Numbers from here to 2^53 are made of names: of users, for contracts with numeric ids, and of
programs. Whole numbers of that size still survive in JavaScript."""


def user_number(user: str, number: int | None = None) -> int:
    """The number of the token if it has one, else a stable one made of the user's id."""
    return stable_number(user) if number is None else number


@lru_cache(maxsize=4096)
def stable_number(name: str) -> int:
    """A number from FIRST_OWN up, always the same for a name."""
    digest = sha256(name.encode()).digest()
    return FIRST_OWN + int.from_bytes(digest[:8], "big") % FIRST_OWN
