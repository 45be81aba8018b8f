"""The providers that this kith is registered with, by its settings."""

from infrastructure.oauth.providers import GOOGLE, MICROSOFT, Provider, google, microsoft
from infrastructure.settings import Settings


def providers_of(settings: Settings) -> dict[str, Provider]:
    """By kind; a provider without a client isn't among them."""
    found: dict[str, Provider] = {}
    if settings.google_client_id and settings.google_client_secret:
        found[GOOGLE] = google(
            settings.google_client_id, settings.google_client_secret, settings.google_url
        )
    if settings.microsoft_client_id and settings.microsoft_client_secret:
        found[MICROSOFT] = microsoft(
            settings.microsoft_client_id,
            settings.microsoft_client_secret,
            settings.microsoft_tenant,
            settings.microsoft_url,
        )
    return found
