"""An issuer of tokens: its keys, its tokens, and a real HTTP server that publishes the keys."""

import json
import ssl
import threading
import time
from contextlib import suppress
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.certificates import certificate

NOW = 1_800_000_000.0
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SMALL_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()


def jwk(key, kid, **more):
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        members = RSAAlgorithm.to_jwk(public, as_dict=True)
    elif isinstance(public, ec.EllipticCurvePublicKey):
        members = ECAlgorithm.to_jwk(public, as_dict=True)
    else:
        members = OKPAlgorithm.to_jwk(public, as_dict=True)
    return {**members, "kid": kid, **more}


def bearer(key=RSA_KEY, kid="one", algorithm="RS256", **changed):
    claims = {"iss": "https://id", "aud": "kith", "sub": "u", "exp": NOW + 86_400} | changed
    token = jwt.encode(claims, key, algorithm, headers={"kid": kid} if kid else None)
    return f"Bearer {token}"


class Issuer:
    """An HTTP server whose answer each test decides."""

    def __init__(self):
        self.keys = [jwk(RSA_KEY, "one")]
        self.status = 200
        self.body: bytes | None = None
        self.location: str | None = None
        self.trickles = False
        self.hung_up = threading.Semaphore(0)
        self.requests = 0
        self.asked: list[tuple[str, Message]] = []
        self.gate = threading.Event()
        self.gate.set()
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.requests += 1
                issuer.asked.append((self.path, self.headers))
                issuer.gate.wait(60)
                if issuer.trickles:
                    self.trickle()
                    return
                body = issuer.body or json.dumps({"keys": issuer.keys}).encode()
                self.send_response(issuer.status)
                if issuer.location:
                    self.send_header("Location", issuer.location)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(ConnectionError):
                    self.wfile.write(body)

            def trickle(self):
                """Begins a head that never ends, until nobody listens any more."""
                with suppress(ConnectionError):
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
                    while issuer.trickles:
                        self.wfile.write(b"x")
                        time.sleep(0.01)
                issuer.hung_up.release()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks.json"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def by_tls(self, folder):
        """Goes over to https. Gives the file with its certificate."""
        own, key = certificate("127.0.0.1")
        (folder / "own.pem").write_bytes(own + key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "own.pem")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = self.url.replace("http:", "https:")
        return folder / "own.pem"

    def close(self):
        self.gate.set()
        self.trickles = False
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
