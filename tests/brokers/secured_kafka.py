"""Apache Kafka with two doors more: one with a certificate, and one that also asks who comes."""

from collections.abc import Sequence
from pathlib import Path

from infrastructure.settings import Settings
from tests.brokers.apache_kafka import ApacheKafka
from tests.brokers.broker import free_port
from tests.certificates import certificate

USER, PASSWORD = "kith", "correct horse"

MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")

DOOR = """
listener.name.{name}.ssl.keystore.type=PEM
listener.name.{name}.ssl.keystore.certificate.chain={certificate}
listener.name.{name}.ssl.keystore.key={key}
"""

ASKING = """
listener.name.asking.sasl.enabled.mechanisms={mechanisms}
listener.name.asking.plain.sasl.jaas.config={plain} required user_{user}="{password}";
listener.name.asking.scram-sha-256.sasl.jaas.config={scram} required;
listener.name.asking.scram-sha-512.sasl.jaas.config={scram} required;
"""

MODULES = "org.apache.kafka.common.security"


class SecuredKafka(ApacheKafka):
    """Everybody may come to `port`; to `tls` in TLS, and to `asking` in TLS and with a password."""

    def __init__(self, directory: Path):
        super().__init__(directory)
        self.tls, self.asking = free_port(), free_port()
        self._certificate, self._key = certificate("127.0.0.1")
        self.cafile = directory / "ca.pem"
        self.cafile.write_bytes(self._certificate)

    def over_tls(self) -> Settings:
        return self._settings(self.tls, kafka_security_protocol="SSL")

    def asked(self, mechanism: str, password: str = PASSWORD) -> Settings:
        return self._settings(
            self.asking,
            kafka_security_protocol="SASL_SSL",
            kafka_sasl_mechanism=mechanism,
            kafka_username=USER,
            kafka_password=password,
        )

    def properties(self) -> str:
        lines = super().properties()
        doors = f"TLS://127.0.0.1:{self.tls},ASKING://127.0.0.1:{self.asking}"
        for setting in ("listeners", "advertised.listeners"):
            lines = lines.replace(f"\n{setting}=", f"\n{setting}={doors},")
        protocols = "listener.security.protocol.map="
        lines = lines.replace(protocols, f"{protocols}TLS:SSL,ASKING:SASL_SSL,")
        pair = {"certificate": _on_a_line(self._certificate), "key": _on_a_line(self._key)}
        asking = ASKING.format(
            mechanisms=",".join(MECHANISMS),
            plain=f"{MODULES}.plain.PlainLoginModule",
            scram=f"{MODULES}.scram.ScramLoginModule",
            user=USER,
            password=PASSWORD,
        )
        return "".join([lines, *(DOOR.format(name=n, **pair) for n in ("tls", "asking")), asking])

    def users(self) -> Sequence[str]:
        scram = [one for one in MECHANISMS if one.startswith("SCRAM")]
        return [f"{mechanism}=[name={USER},password={PASSWORD}]" for mechanism in scram]

    def _settings(self, port: int, **more: str) -> Settings:
        return Settings(
            data_dir=Path("unused"),
            kafka_bootstrap_servers=(f"127.0.0.1:{port}",),
            kafka_cafile=str(self.cafile),
            **more,  # type: ignore[arg-type]  # they are texts all
        )


def _on_a_line(pem: bytes) -> str:
    return pem.decode().strip().replace("\n", "\\n")
