"""Webhooks go by https to who has a certificate for the name, wherever the name leads."""

import ssl
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infrastructure.webhooks.posting import Attempt, Poster

pytestmark = pytest.mark.anyio

NAME = "hooks.example.com"


def certificate() -> tuple[bytes, bytes]:
    """One that signs itself, for the name, and its key, both as PEM."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signed.public_bytes(pem), private


class Server:
    def __init__(self) -> None:
        self.certificate, key = certificate()
        self.named: list[str | None] = []
        self.hosts: list[str | None] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                server.hosts.append(self.headers["Host"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        class Http(HTTPServer):
            def handle_error(self, *_: object) -> None:
                """Who doesn't like the certificate hangs up."""

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile() as file:
            file.write(self.certificate + key)
            file.flush()
            context.load_cert_chain(file.name)
        context.sni_callback = lambda _, name, __: self.named.append(name)
        self.http = Http(("127.0.0.1", 0), Handler)
        self.http.socket = context.wrap_socket(
            self.http.socket, server_side=True, do_handshake_on_connect=False
        )
        self.thread = threading.Thread(
            target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self.thread.start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join(5)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.close()


async def post(server: Server, name: str, tls: ssl.SSLContext | None = None) -> Attempt:
    async def here(*_: object) -> list[str]:
        return ["127.0.0.1"]

    server.named.clear()
    server.hosts.clear()
    poster = Poster(allow_private=True, resolve=here, seconds=5, tls=tls)
    attempt = await poster.post(f"https://{name}:{server.http.server_port}/", {}, b"{}")
    poster.close()
    return attempt


def trusting(server: Server) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=server.certificate.decode())


async def test_the_name_goes_with_the_connection_though_the_address_was_looked_up_before(server):
    attempt = await post(server, NAME, trusting(server))
    assert (attempt.status, attempt.error) == (204, None)
    assert server.named == [NAME]
    assert server.hosts == [f"{NAME}:{server.http.server_port}"]


async def test_a_certificate_of_an_authority_nobody_knows_is_not_believed(server):
    attempt = await post(server, NAME)
    assert attempt.error is not None
    assert "CERTIFICATE_VERIFY_FAILED" in attempt.error
    assert server.hosts == []


async def test_a_certificate_for_another_name_is_not_believed(server):
    attempt = await post(server, "other.example.com", trusting(server))
    assert attempt.error is not None
    assert "CERTIFICATE_VERIFY_FAILED" in attempt.error
    assert server.hosts == []
