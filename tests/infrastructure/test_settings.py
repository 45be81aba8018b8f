import os
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from infrastructure.settings import Settings, default_data_dir
from infrastructure.settings_values import SettingsError


def test_a_service_without_settings_serves_this_machine_alone():
    settings = Settings.from_environment({})
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.database_url is None
    assert settings.kafka_bootstrap_servers == ()
    assert settings.cors_origins == ()
    assert settings.max_body_bytes == 1024 * 1024
    assert (settings.jwt_issuer, settings.jwt_audience) == ("kith", "kith")


def test_every_variable_is_read():
    settings = Settings.from_environment(
        {
            "KITH_HOST": "0.0.0.0",
            "KITH_PORT": " 9000 ",
            "KITH_DATA_DIR": "/data",
            "KITH_PUBLIC_URL": "https://kith.example.com/",
            "KITH_DATABASE_URL": "postgresql://kith@db/kith",
            "KITH_KAFKA_BOOTSTRAP_SERVERS": "one:9092, [::1]:9093",
            "KITH_KAFKA_TOPIC_PARTITIONS": "3",
            "KITH_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KITH_KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
            "KITH_KAFKA_USERNAME": "kith",
            "KITH_KAFKA_PASSWORD": "open sesame",
            "KITH_KAFKA_CAFILE": "/etc/kafka.pem",
            "KITH_CORS_ORIGINS": "https://a.example,http://localhost:3000",
            "KITH_JWT_SECRET": "s" * 32,
            "KITH_JWKS_URL": "https://id.example/jwks.json",
            "KITH_JWT_ISSUER": "https://id.example",
            "KITH_JWT_AUDIENCE": "crm",
            "KITH_SECRET_KEYS": f"b:{'/' * 42}8=, a:{'A' * 43}=",
            "KITH_MAX_BODY_BYTES": "2048",
            "KITH_IDEMPOTENCY_DAYS": "7",
            "KITH_MAX_EVENT_STREAMS": "20",
            "KITH_WEBHOOKS_ALLOW_PRIVATE": "1",
            "KITH_ACCOUNTS_ALLOW_PRIVATE": "1",
        }
    )
    assert settings == Settings(
        host="0.0.0.0",
        port=9000,
        data_dir=Path("/data"),
        public_url="https://kith.example.com",
        database_url="postgresql://kith@db/kith",
        kafka_bootstrap_servers=("one:9092", "[::1]:9093"),
        kafka_topic_partitions=3,
        kafka_security_protocol="SASL_SSL",
        kafka_sasl_mechanism="SCRAM-SHA-512",
        kafka_username="kith",
        kafka_password="open sesame",
        kafka_cafile="/etc/kafka.pem",
        cors_origins=("https://a.example", "http://localhost:3000"),
        jwt_secret="s" * 32,
        jwks_url="https://id.example/jwks.json",
        jwt_issuer="https://id.example",
        jwt_audience="crm",
        secret_keys=(("b", b"\xff" * 32), ("a", bytes(32))),
        max_body_bytes=2048,
        idempotency_days=7,
        max_event_streams=20,
        webhooks_allow_private=True,
        accounts_allow_private=True,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KITH_PORT", "http"),
        ("KITH_PORT", "65536"),
        ("KITH_PORT", "-1"),
        ("KITH_PORT", "8_000"),
        ("KITH_PORT", "٨٠"),
        ("KITH_MAX_BODY_BYTES", "1MB"),
        ("KITH_MAX_BODY_BYTES", "0"),
        ("KITH_IDEMPOTENCY_DAYS", "0"),
        ("KITH_MAX_EVENT_STREAMS", "1"),
        ("KITH_PUBLIC_URL", "kith.example.com"),
        ("KITH_PUBLIC_URL", "https://kith.example.com/?a=1"),
        ("KITH_PUBLIC_URL", "https://kith example.com"),
        ("KITH_DATABASE_URL", "mysql://db/kith"),
        ("KITH_KAFKA_BOOTSTRAP_SERVERS", "one:9092,two"),
        ("KITH_KAFKA_BOOTSTRAP_SERVERS", "one:99999"),
        ("KITH_KAFKA_TOPIC_PARTITIONS", "0"),
        ("KITH_KAFKA_SECURITY_PROTOCOL", "TLS"),
        ("KITH_KAFKA_SASL_MECHANISM", "KERBEROS"),
        ("KITH_CORS_ORIGINS", "https://a.example/app"),
        ("KITH_CORS_ORIGINS", "a.example"),
        ("KITH_JWKS_URL", "file:///etc/passwd"),
        ("KITH_JWT_SECRET", "secret"),
        ("KITH_SECRET_KEYS", "A" * 43 + "="),
        ("KITH_SECRET_KEYS", "a:" + "A" * 42),
        ("KITH_SECRET_KEYS", "a:" + "ß" * 43 + "="),
        ("KITH_SECRET_KEYS", ",".join(["a:" + "A" * 43 + "="] * 2)),
        ("KITH_SECRET_KEYS", "a b:" + "A" * 43 + "="),
        ("KITH_WEBHOOKS_ALLOW_PRIVATE", "yes"),
        ("KITH_ACCOUNTS_ALLOW_PRIVATE", "yes"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_in_a_sentence(name: str, value: str):
    with pytest.raises(SettingsError, match=rf"{name}.*\.$"):
        Settings.from_environment({name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KITH_JWT_SECRET", "hunter2"),
        ("KITH_DATABASE_URL", "db://kith:hunter2@db/kith"),
        ("KITH_SECRET_KEYS", "hunter2"),
        ("KITH_SECRET_KEYS", "a:hunter2"),
    ],
)
def test_a_message_never_repeats_a_secret(name: str, value: str):
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({name: value})
    assert "hunter2" not in str(caught.value)


def test_settings_can_be_logged_without_their_secrets():
    shown = repr(
        Settings(
            data_dir=Path("/data"),
            jwt_secret="hunter2",
            database_url="postgresql://kith:hunter2@db/kith",
            kafka_password="hunter2",
            secret_keys=(("a", b"hunter2"),),
        )
    )
    assert "hunter2" not in shown


def test_a_variable_set_to_nothing_is_not_set():
    empty = {"KITH_PORT": "", "KITH_DATABASE_URL": " ", "KITH_CORS_ORIGINS": ","}
    assert Settings.from_environment(empty) == Settings.from_environment({})


def test_the_base_url_is_this_machine_by_default():
    assert Settings.from_environment({"KITH_PORT": "9000"}).base_url == "http://localhost:9000"
    public = Settings.from_environment({"KITH_PUBLIC_URL": "https://a.example/kith/"})
    assert public.base_url == "https://a.example/kith"


def test_settings_do_not_change():
    with pytest.raises(FrozenInstanceError):
        Settings.from_environment({}).port = 1  # type: ignore[misc]


def test_root_keeps_its_data_where_services_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_data_dir({}) == Path("/var/lib/kith")


def test_a_user_keeps_data_where_the_desktop_says(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert default_data_dir({"XDG_DATA_HOME": "/x"}) == Path("/x/kith")
    assert default_data_dir({}) == Path.home() / ".local/share/kith"
    assert default_data_dir({"XDG_DATA_HOME": "relative"}) == Path.home() / ".local/share/kith"
    assert default_data_dir({"KITH_DATA_DIR": "/d", "XDG_DATA_HOME": "/x"}) == Path("/d")
