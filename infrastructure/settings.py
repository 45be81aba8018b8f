"""What can be set from outside: environment variables, read once and checked at the start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from infrastructure.settings_values import (
    SettingsError,
    base_url,
    body_size,
    database_url,
    event_streams,
    flag,
    origins,
    partitions,
    port,
    read,
    sasl_mechanism,
    secret,
    security_protocol,
    servers,
    text,
    web_address,
)

__all__ = ["Settings", "SettingsError", "default_data_dir"]


@dataclass(frozen=True)
class Settings:
    """Everything that kith reads from its environment.

    data_dir: KITH_DATA_DIR, where the embedded PostgreSQL and the development secret live.
        By default /var/lib/kith for root, else kith below $XDG_DATA_HOME or ~/.local/share.
    host: KITH_HOST, the address to listen on. 127.0.0.1 by default: only this machine.
    port: KITH_PORT, 1 to 65535, or 0 for any free one. 8000 by default.
    public_url: KITH_PUBLIC_URL, where others reach this kith, such as https://kith.example.com.
        By default http://localhost and the port. Published events name their schemas there.
    database_url: KITH_DATABASE_URL, a PostgreSQL of your own (15 or newer), as
        postgresql://user@host/name. By default the embedded one is started.
    kafka_bootstrap_servers: KITH_KAFKA_BOOTSTRAP_SERVERS, host:port, separated by commas.
        By default no events are relayed to Kafka.
    kafka_topic_partitions: KITH_KAFKA_TOPIC_PARTITIONS, of the topic when kith makes it,
        1 to 10000. 12 by default.
    kafka_security_protocol: KITH_KAFKA_SECURITY_PROTOCOL, PLAINTEXT, SSL, SASL_PLAINTEXT or
        SASL_SSL. PLAINTEXT by default.
    kafka_sasl_mechanism: KITH_KAFKA_SASL_MECHANISM, PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.
    kafka_username, kafka_password: KITH_KAFKA_USERNAME and KITH_KAFKA_PASSWORD, for SASL.
    kafka_cafile: KITH_KAFKA_CAFILE, a PEM file of the authorities that Kafka's certificate may
        come from. By default those of the system.
    cors_origins: KITH_CORS_ORIGINS, the web pages that may call the API from a browser,
        as scheme://host[:port], separated by commas, or * for any. None by default.
    jwt_secret: KITH_JWT_SECRET, the key of HS256 tokens, 32 bytes or longer.
        By default one is made for the data directory and kept there.
    jwks_url: KITH_JWKS_URL, where an identity provider publishes the public keys of its tokens.
        By default tokens are signed with the secret.
    jwt_issuer: KITH_JWT_ISSUER, what a token's iss must say. kith by default.
    jwt_audience: KITH_JWT_AUDIENCE, what a token's aud must contain. kith by default.
    max_body_bytes: KITH_MAX_BODY_BYTES, the longest request body that is read, in bytes.
        1 MiB by default.
    max_event_streams: KITH_MAX_EVENT_STREAMS, the event streams that clients may hold open in one
        process, 2 to 100000; half of them may be one tenant's. 5000 by default.
    webhooks_allow_private: KITH_WEBHOOKS_ALLOW_PRIVATE, 1 to deliver webhooks by http and to
        private addresses as well, as one needs for development. 0 by default.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str | None = None
    database_url: str | None = field(default=None, repr=False)  # may hold a password
    kafka_bootstrap_servers: tuple[str, ...] = ()
    kafka_topic_partitions: int = 12
    kafka_security_protocol: str = "PLAINTEXT"
    kafka_sasl_mechanism: str | None = None
    kafka_username: str | None = None
    kafka_password: str | None = field(default=None, repr=False)
    kafka_cafile: str | None = None
    cors_origins: tuple[str, ...] = ()
    jwt_secret: str | None = field(default=None, repr=False)
    jwks_url: str | None = None
    jwt_issuer: str = "kith"
    jwt_audience: str = "kith"
    max_body_bytes: int = 1024 * 1024
    max_event_streams: int = 5_000
    webhooks_allow_private: bool = False

    @classmethod
    def from_environment(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read the environment. A variable set to nothing counts as not set.

        Raises SettingsError for a value that can't be meant, without repeating secrets.
        """
        return cls(
            data_dir=default_data_dir(env),
            host=read(env, "KITH_HOST", text, cls.host),
            port=read(env, "KITH_PORT", port, cls.port),
            public_url=read(env, "KITH_PUBLIC_URL", base_url, None),
            database_url=read(env, "KITH_DATABASE_URL", database_url, None),
            kafka_bootstrap_servers=read(env, "KITH_KAFKA_BOOTSTRAP_SERVERS", servers, ()),
            kafka_topic_partitions=read(
                env, "KITH_KAFKA_TOPIC_PARTITIONS", partitions, cls.kafka_topic_partitions
            ),
            kafka_security_protocol=read(
                env, "KITH_KAFKA_SECURITY_PROTOCOL", security_protocol, cls.kafka_security_protocol
            ),
            kafka_sasl_mechanism=read(env, "KITH_KAFKA_SASL_MECHANISM", sasl_mechanism, None),
            kafka_username=read(env, "KITH_KAFKA_USERNAME", text, None),
            kafka_password=read(env, "KITH_KAFKA_PASSWORD", text, None),
            kafka_cafile=read(env, "KITH_KAFKA_CAFILE", text, None),
            cors_origins=read(env, "KITH_CORS_ORIGINS", origins, ()),
            jwt_secret=read(env, "KITH_JWT_SECRET", secret, None),
            jwks_url=read(env, "KITH_JWKS_URL", web_address, None),
            jwt_issuer=read(env, "KITH_JWT_ISSUER", text, cls.jwt_issuer),
            jwt_audience=read(env, "KITH_JWT_AUDIENCE", text, cls.jwt_audience),
            max_body_bytes=read(env, "KITH_MAX_BODY_BYTES", body_size, cls.max_body_bytes),
            max_event_streams=read(
                env, "KITH_MAX_EVENT_STREAMS", event_streams, cls.max_event_streams
            ),
            webhooks_allow_private=read(env, "KITH_WEBHOOKS_ALLOW_PRIVATE", flag, False),
        )

    @property
    def base_url(self) -> str:
        """Where others reach this kith, without a slash at the end."""
        return self.public_url or f"http://localhost:{self.port}"


def default_data_dir(env: Mapping[str, str] = os.environ) -> Path:
    """KITH_DATA_DIR, or where this user's programs keep their data."""
    chosen = env.get("KITH_DATA_DIR", "").strip()
    if chosen:
        return Path(chosen).expanduser()
    if os.geteuid() == 0:
        return Path("/var/lib/kith")
    base = env.get("XDG_DATA_HOME", "").strip()
    # By the XDG rules a relative path there is ignored.
    if base and Path(base).is_absolute():
        return Path(base) / "kith"
    return Path.home() / ".local" / "share" / "kith"
