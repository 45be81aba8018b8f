"""The authorization servers of Google and Microsoft, and what kith asks users to consent to."""

from collections.abc import Mapping
from typing import NamedTuple

GOOGLE, MICROSOFT = "google", "microsoft"
CONSENTED = (GOOGLE, MICROSOFT)
"""Kinds of accounts whose users consent, instead of giving a password."""

GOOGLE_SCOPES = (
    "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
    "https://www.googleapis.com/auth/calendar.events",
    # The calendar that `kith accounts check` makes for itself.
    "https://www.googleapis.com/auth/calendar.app.created",
)
MICROSOFT_SCOPES = ("offline_access", "https://graph.microsoft.com/Calendars.ReadWrite")


class Provider(NamedTuple):
    """A client that is registered with an authorization server.

    `revoke` is None where the server has no such endpoint (RFC 7009); `consent` are parameters
    that the server wants beside those of RFC 6749. `api` is where the tokens are good.
    """

    kind: str
    name: str
    client_id: str
    client_secret: str
    authorize: str
    token: str
    revoke: str | None
    api: str
    scopes: tuple[str, ...]
    consent: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Provider({self.kind!r})"


def google(client_id: str, client_secret: str, url: str | None = None) -> Provider:
    """`url` is the origin of another server in the place of all of Google's."""
    return Provider(
        GOOGLE,
        "Google",
        client_id,
        client_secret,
        authorize=f"{url or 'https://accounts.google.com'}/o/oauth2/v2/auth",
        token=f"{url or 'https://oauth2.googleapis.com'}/token",
        revoke=f"{url or 'https://oauth2.googleapis.com'}/revoke",
        api=f"{url or 'https://www.googleapis.com'}/calendar/v3",
        scopes=GOOGLE_SCOPES,
        # Google gives a refresh token only with a consent, and only if one is asked for.
        consent={"access_type": "offline", "prompt": "consent"},
    )


def microsoft(
    client_id: str, client_secret: str, tenant: str = "common", url: str | None = None
) -> Provider:
    """`tenant` is the directory whose users may consent, common for those of any. `url` is the
    origin of another server in the place of all of Microsoft's."""
    login = f"{url or 'https://login.microsoftonline.com'}/{tenant}/oauth2/v2.0"
    return Provider(
        MICROSOFT,
        "Microsoft",
        client_id,
        client_secret,
        authorize=f"{login}/authorize",
        token=f"{login}/token",
        revoke=None,
        api=f"{url or 'https://graph.microsoft.com'}/v1.0",
        scopes=MICROSOFT_SCOPES,
        consent={"response_mode": "query", "prompt": "select_account"},
    )
