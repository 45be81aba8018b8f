"""The issuer of valid tokens, by the settings."""

from infrastructure.embedded import development_secret
from infrastructure.identity.jwks import JwksKeys
from infrastructure.identity.keys import KeySource, SharedSecret
from infrastructure.identity.verifier import TokenVerifier
from infrastructure.settings import Settings


def secret_of(settings: Settings) -> str:
    """The secret of HS256 tokens: the one that is set, or the data directory's own."""
    return settings.jwt_secret or development_secret(settings.data_dir)


def verifier_of(settings: Settings) -> TokenVerifier:
    url = settings.jwks_url
    keys: KeySource = JwksKeys(url) if url else SharedSecret(secret_of(settings))
    return TokenVerifier(keys, issuer=settings.jwt_issuer, audience=settings.jwt_audience)
