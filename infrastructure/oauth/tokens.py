"""The token endpoint: a code or a refresh token for an access token (RFC 6749), and revocation."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Self
from urllib.parse import urlencode

from pydantic import BaseModel, Field, ValidationError

from infrastructure.oauth.providers import Provider
from infrastructure.outside.addresses import NotAllowed
from infrastructure.outside.answer import Answer
from infrastructure.outside.client import Client, NoAnswer

USUAL_LIFE = 3600
"""Seconds of an access token whose life isn't stated."""

LONGEST_TOKEN = 16_384
"""Characters."""

OK, TOO_MANY = 200, 429

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}

REFUSALS = frozenset({"invalid_grant", "interaction_required", "consent_required"})
"""Errors after which the user has to consent anew."""


class GrantRefused(Exception):
    """The user has to consent anew: the grant was revoked, has expired, or was used before."""


class NoTokens(Exception):
    """The message is a sentence for the user, without a secret. `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: float | None = None):
        super().__init__(message)
        self.retry_after = retry_after


class Grant(NamedTuple):
    """The consent of a user, as tokens."""

    access_token: str
    refresh_token: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Grant(expires_at={self.expires_at!r})"

    @property
    def secrets(self) -> dict[str, str]:
        """The grant as secrets of an account, which are texts."""
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "expires_at": self.expires_at.isoformat(),
        }

    @classmethod
    def of(cls, secrets: Mapping[str, str]) -> Self:
        return cls(
            secrets["access_token"],
            secrets["refresh_token"],
            datetime.fromisoformat(secrets["expires_at"]),
        )


class _Tokens(BaseModel):
    access_token: str = Field(min_length=1, max_length=LONGEST_TOKEN, pattern=r"^[!-~]+$")
    refresh_token: str | None = Field(None, min_length=1, max_length=LONGEST_TOKEN)
    expires_in: int = Field(USUAL_LIFE, ge=0, le=10**9)


class _Error(BaseModel):
    error: str


async def redeem(
    client: Client, provider: Provider, code: str, verifier: str, redirect_uri: str
) -> Grant:
    """The grant for an authorization code. Raises GrantRefused, NoTokens."""
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": redirect_uri,
    }
    return await _grant(client, provider, asked, refresh_token=None)


async def refresh(client: Client, provider: Provider, grant: Grant) -> Grant:
    """A grant with a new access token, and with a new refresh token if the server turns them over.
    Raises GrantRefused, NoTokens."""
    asked = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
    return await _grant(client, provider, asked, refresh_token=grant.refresh_token)


async def revoke(client: Client, provider: Provider, grant: Grant) -> bool:
    """Revoke a grant, where the server can; True if it did. Raises NoTokens."""
    if provider.revoke is None:
        return False
    answer = await _post(client, provider, provider.revoke, {"token": grant.refresh_token})
    return answer.status == OK


async def _grant(
    client: Client, provider: Provider, asked: Mapping[str, str], refresh_token: str | None
) -> Grant:
    known = {"client_id": provider.client_id, "client_secret": provider.client_secret}
    answer = await _post(client, provider, provider.token, {**known, **asked})
    if answer.status != OK:
        raise _refusal(provider, answer)
    try:
        tokens = _Tokens.model_validate_json(answer.body)
    except ValidationError:
        raise NoTokens(f"{provider.name} answered with no tokens.") from None
    kept = tokens.refresh_token or refresh_token
    if kept is None:
        raise GrantRefused(f"{provider.name} gave no lasting access.")
    expires_at = datetime.now(UTC) + timedelta(seconds=tokens.expires_in)
    return Grant(tokens.access_token, kept, expires_at)


async def _post(client: Client, provider: Provider, url: str, form: Mapping[str, str]) -> Answer:
    try:
        return await client.request("POST", url, FORM, urlencode(form).encode())
    except (NoAnswer, NotAllowed) as error:
        raise NoTokens(f"{provider.name} gives no tokens: {error}") from None


def _refusal(provider: Provider, answer: Answer) -> Exception:
    try:
        code = _Error.model_validate_json(answer.body).error
    except ValidationError:
        code = ""
    if code in REFUSALS:
        return GrantRefused(f"{provider.name} takes the consent no longer.")
    if answer.status == TOO_MANY or answer.status >= 500:
        return NoTokens(f"{provider.name} gives no tokens at the moment.", answer.retry_after)
    return NoTokens(f"{provider.name} refuses the client that is registered for this kith.")
