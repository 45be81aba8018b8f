"""Who issues the tokens that are believed, by the settings."""

from infrastructure.embedded import development_secret
from infrastructure.identity.jwks import JwksKeys
from infrastructure.identity.keys import KeySource, SharedSecrets
from infrastructure.identity.verifier import TokenVerifier
from infrastructure.settings import Settings


def secret_of(settings: Settings) -> str:
    """The secret of development tokens: the one that is set, or the data directory's own."""
    return settings.jwt_secret or development_secret(settings.data_dir)


def keys_of(settings: Settings) -> KeySource:
    if settings.jwks_url:
        return JwksKeys(settings.jwks_url)
    return SharedSecrets(secret_of(settings))


def verifier_of(settings: Settings) -> TokenVerifier:
    return TokenVerifier(
        keys_of(settings), issuer=settings.jwt_issuer, audience=settings.jwt_audience
    )
