"""The settings: environment variables, read once and checked at the start.

Each is one field of `Settings`: its variable is KITH_ and the field's name, its default the
field's, and its parser says what its values are.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Self, TypeVar

from infrastructure.settings_values import (
    base_url,
    database_url,
    flag,
    one_of,
    origins,
    secret,
    secret_keys,
    servers,
    text,
    web_address,
    whole_number,
)

Value = TypeVar("Value")
Default = TypeVar("Default")


def setting(
    parse: Callable[[str, str], Value], default: Default, *, shown: bool = True
) -> Value | Default:
    """A field that `parse` reads from the name and the text of its variable; one that isn't
    `shown` stays out of logs."""
    found: Value | Default = field(default=default, repr=shown, metadata={"parse": parse})
    return found


@dataclass(frozen=True)
class Settings:
    data_dir: Path
    """The directory of the embedded PostgreSQL and the development secret, by default that of
    `default_data_dir`."""

    host: str = setting(text, "127.0.0.1")
    """The address to listen on; by default only this machine is served."""

    port: int = setting(whole_number(0, 65535, "a port number"), 8000)
    """0 for any free one."""

    public_url: str | None = setting(base_url, None)
    """The public address, such as https://kith.example.com; by default http://localhost and the
    port. Published events name their schemas there."""

    database_url: str | None = setting(database_url, None, shown=False)
    """A PostgreSQL of your own (15 or newer), as postgresql://user@host/name; by default the
    embedded one is started."""

    kafka_bootstrap_servers: tuple[str, ...] = setting(servers, ())
    """host:port, separated by commas; by default no events are relayed to Kafka."""

    kafka_topic_partitions: int = setting(whole_number(1, 10_000, "a number of partitions"), 12)
    """Of the topic when kith makes it."""

    kafka_security_protocol: str = setting(
        one_of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"), "PLAINTEXT"
    )
    kafka_sasl_mechanism: str | None = setting(
        one_of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"), None
    )
    kafka_username: str | None = setting(text, None)
    kafka_password: str | None = setting(text, None, shown=False)

    kafka_cafile: str | None = setting(text, None)
    """A PEM file of the authorities that Kafka's certificate may come from; by default those of
    the system."""

    cors_origins: tuple[str, ...] = setting(origins, ())
    """The web pages that may call the API from a browser, as scheme://host[:port], separated by
    commas, or * for any."""

    jwt_secret: str | None = setting(secret, None, shown=False)
    """The key of HS256 tokens, 32 bytes or longer; by default one is made for the data directory
    and kept there."""

    jwks_url: str | None = setting(web_address, None)
    """The address of the public keys of an identity provider's tokens; by default tokens are signed
    with the secret."""

    jwt_issuer: str = setting(text, "kith")
    """The `iss` of a valid token."""

    jwt_audience: str = setting(text, "kith")
    """The `aud` of a valid token, or one of them."""

    secret_keys: tuple[tuple[str, bytes], ...] = setting(secret_keys, (), shown=False)
    """The keys that seal secrets in the database, as id:base64 of 32 bytes, separated by commas:
    the first seals, all open. By default one is made beside the embedded PostgreSQL."""

    max_body_bytes: int = setting(whole_number(1024, 1024**3, "a size in bytes"), 1024**2)
    """The longest request body that is read."""

    idempotency_days: int = setting(whole_number(1, 3650, "a number of days"), 30)
    """The days for which the answer to an Idempotency-Key is kept."""

    max_event_streams: int = setting(whole_number(2, 100_000, "a number of streams"), 5_000)
    """The event streams that clients may hold open in one process; half of them may be one
    tenant's."""

    webhooks_allow_private: bool = setting(flag, False)
    """1 to deliver webhooks by http and to private addresses as well, as for development."""

    accounts_allow_private: bool = setting(flag, False)
    """1 to connect accounts by http and at private addresses as well, such as a company's own
    server."""

    google_client_id: str | None = setting(text, None)
    google_client_secret: str | None = setting(text, None, shown=False)
    """The client that is registered with Google; by default no account is connected there."""

    google_url: str | None = setting(base_url, None)
    """The origin of another server in the place of Google's, for tests."""

    microsoft_client_id: str | None = setting(text, None)
    microsoft_client_secret: str | None = setting(text, None, shown=False)
    """The client that is registered with Microsoft; by default no account is connected there."""

    microsoft_tenant: str = setting(text, "common")
    """The directory whose users may connect accounts: its id or domain, or common for all."""

    microsoft_url: str | None = setting(base_url, None)
    """The origin of another server in the place of Microsoft's, for tests."""

    @classmethod
    def from_environment(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read the environment. A variable set to nothing counts as not set.

        Raises SettingsError for an invalid value, without repeating secrets.
        """
        read = {}
        for each in fields(cls):
            name = f"KITH_{each.name.upper()}"
            given = env.get(name, "").strip()
            if given and "parse" in each.metadata:
                read[each.name] = each.metadata["parse"](name, given)
        return cls(default_data_dir(env), **read)

    @property
    def development_keys(self) -> bool:
        """True if tokens are signed with the data directory's own secret: the operator has set no
        other key."""
        return self.jwks_url is None and self.jwt_secret is None

    @property
    def base_url(self) -> str:
        """The public address, without a slash at the end."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def notices_url(self) -> str | None:
        """The public address, if services take it for their notices: they send to https alone."""
        url = self.public_url
        return url if url is not None and url.startswith("https://") else None


def default_data_dir(env: Mapping[str, str] = os.environ) -> Path:
    """KITH_DATA_DIR; else /var/lib/kith for root, and kith below $XDG_DATA_HOME or ~/.local/share
    for anybody else."""
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
