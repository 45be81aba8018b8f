"""From a token's verified claims to a principal.

An issuer is trusted to sign, not to be free of mistakes: a claim of the wrong type makes the
token a bad one here, so that no handler has to expect a list where the tenant should be.
"""

import re
from collections.abc import Mapping
from typing import Any

from application.context import FIRST_OWN, LONGEST_TENANT, Principal, is_tenant
from infrastructure.identity.errors import InvalidToken

TENANT_CLAIMS = ("tenant", "site_id", "business_id")
"""In this order: the first one present counts, even if a later one would be valid instead."""

LONGEST_SUBJECT = 255
"""Characters of `sub` (OpenID Connect Core, section 2); longer ones won't fit into an index."""

_CONTRACT = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Neither can be stored as text in PostgreSQL.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LARGEST_NUMBER = FIRST_OWN - 1


def principal_of(claims: Mapping[str, Any]) -> Principal:
    """The principal of these claims, whose `exp` has been verified. Raises InvalidToken."""
    user = _user(claims)
    given, family = _text(claims, "given_name"), _text(claims, "family_name")
    name = _text(claims, "name") or " ".join(part for part in (given, family) if part) or user
    return Principal(
        user=user,
        name=name,
        number=_number(claims, user),
        given_name=given,
        family_name=family,
        tenant=_tenant(claims),
        permissions=_permissions(claims),
        contract=contract_of(claims),
        site=_site(claims),
        sites=_sites(claims),
        expires_at=float(claims["exp"]),
    )


def contract_of(claims: Mapping[str, Any]) -> str | None:
    """The `contract` claim, None if there is none. Raises InvalidToken."""
    contract = claims.get("contract")
    if contract is None:
        return None
    if not isinstance(contract, str) or not _CONTRACT.fullmatch(contract):
        raise InvalidToken("The token's contract claim is not the name of a contract.")
    return contract


def _user(claims: Mapping[str, Any]) -> str:
    subject = claims.get("sub")
    if subject is None:
        raise InvalidToken("The token has no subject.")
    if _is_whole(subject):
        return str(subject)
    text = _text(claims, "sub")
    if text is None or len(text) > LONGEST_SUBJECT:
        raise InvalidToken(f"The token's sub claim is not 1 to {LONGEST_SUBJECT} characters.")
    return text


def _number(claims: Mapping[str, Any], user: str) -> int | None:
    own = _whole(user)
    if own is not None:
        return own
    claimed = claims.get("user_id")
    if claimed is None:
        return None
    number = _whole(str(claimed)) if _is_whole(claimed) or isinstance(claimed, str) else None
    if number is None:
        raise InvalidToken("The token's user_id claim is not a number.")
    return number


def _whole(text: str) -> int | None:
    """The positive number of a text in its normal form; None for "007", which would give its user
    the number of "7"."""
    if len(text) > 19 or not text.isascii() or not text.isdigit() or text[0] == "0":
        return None
    number = int(text)
    return number if number <= _LARGEST_NUMBER else None


def _tenant(claims: Mapping[str, Any]) -> str | None:
    for claim in TENANT_CLAIMS:
        if claims.get(claim) is not None:
            return _tenant_text(claims[claim], claim)
    return None


def _site(claims: Mapping[str, Any]) -> str | None:
    site = claims.get("site_id")
    return None if site is None else _tenant_text(site, "site_id")


def _sites(claims: Mapping[str, Any]) -> tuple[str, ...] | None:
    sites = claims.get("sites")
    if sites is None:
        return None
    if not isinstance(sites, list):
        raise InvalidToken("The token's sites claim is not a list.")
    return tuple(_tenant_text(site, "sites") for site in sites)


def _tenant_text(value: object, claim: str) -> str:
    text = str(value) if _is_whole(value) else value
    if not isinstance(text, str) or not is_tenant(text):
        raise InvalidToken(
            f"The token's {claim} claim is not up to {LONGEST_TENANT} letters, digits, '_' or '-'."
        )
    return text


def _permissions(claims: Mapping[str, Any]) -> frozenset[str]:
    listed = claims.get("permissions")
    if listed is None:
        return frozenset((_text(claims, "scope") or "").split())
    if not isinstance(listed, list) or not all(_is_permission(item) for item in listed):
        raise InvalidToken("The token's permissions claim is not a list of texts.")
    return frozenset(listed)


def _is_permission(item: object) -> bool:
    return isinstance(item, str) and bool(item) and not _UNSTORABLE.search(item)


def _text(claims: Mapping[str, Any], claim: str) -> str | None:
    """The claim without surrounding space; an empty one counts as absent."""
    value = claims.get(claim)
    if value is None:
        return None
    if not isinstance(value, str) or _UNSTORABLE.search(value):
        raise InvalidToken(f"The token's {claim} claim is not a usable text.")
    return value.strip() or None


def _is_whole(value: object) -> bool:
    # JSON's true is an int in Python. str() of a number of more than 4,300 digits would raise; the
    # parser of JSON already refuses those.
    return isinstance(value, int) and not isinstance(value, bool)
