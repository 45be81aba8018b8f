"""`kith serve`: the whole service in one process, or one of its roles."""

import argparse
import asyncio
import os
import resource
import signal
import socket
import sys
from dataclasses import replace
from datetime import timedelta
from functools import partial
from ipaddress import IPv6Address, ip_address
from typing import Any

import uvloop

from api.cli import CommandError
from api.cli.database import database
from api.composition import Application, open_services
from api.http.server import server_of
from api.identity import secret_of
from infrastructure.identity.mint import mint_token
from infrastructure.settings import Settings
from infrastructure.settings_values import SettingsError

WITH_API = ("all", "api")
ROLES = (*WITH_API, "projector", "relay", "webhooks", "sync")
MOST_FILES = 65_536
GONE = 60
"""Seconds without an acknowledgement after which a client counts as gone; by default one whose
network is down would hold its event stream for a quarter of an hour."""

GREETING_LIFETIME = timedelta(hours=1)
"""Of the token that a terminal is greeted with."""


def add_arguments(commands: Any) -> None:
    command = commands.add_parser("serve", help="run the service")
    command.add_argument("--port", type=int, default=None, help="default: $KITH_PORT, else 8000")
    command.add_argument("--host", default=None, help="default: $KITH_HOST, else 127.0.0.1")
    command.add_argument(
        "--role", choices=ROLES, default="all", help="which part of the service (default: all)"
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    usual = settings.base_url
    if args.port is not None:
        if not 0 <= args.port <= 65535:
            raise SettingsError("--port is a number from 0 to 65535.")
        settings = replace(settings, port=args.port)
    if args.host is not None:
        settings = replace(settings, host=args.host)
    if args.role == "relay" and not settings.kafka_bootstrap_servers:
        raise CommandError(
            "A relay needs a Kafka to send to: set KITH_KAFKA_BOOTSTRAP_SERVERS, "
            "for example to localhost:9092."
        )
    if args.role == "sync" and settings.database_url and not settings.secret_keys:
        raise CommandError(
            "The credentials of accounts are sealed: set KITH_SECRET_KEYS to the keys of the "
            "processes that serve the API."
        )
    if args.role not in WITH_API and args.port is None and not os.environ.get("KITH_PORT"):
        settings = replace(settings, port=0)  # the usual port is the API's
    listener = _listen(settings)
    if args.role in WITH_API:
        _require_keys(settings, listener)
        settings = replace(settings, port=listener.getsockname()[1])
    else:
        settings = replace(settings, public_url=usual)  # events lead to the API, not to this role
    with database(settings) as conninfo:
        uvloop.run(_serve(settings, conninfo, args.role, listener))
    return 0


def _listen(settings: Settings) -> socket.socket:
    """Bind the port before anything else is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE * 1000)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        where = f"{settings.host}:{settings.port}"
        raise CommandError(
            f"Can't listen on {where}: {error.strerror or error}. "
            "Another port: kith serve --port 8001, or KITH_PORT=8001."
        ) from error
    return listener


def _require_keys(settings: Settings, listener: socket.socket) -> None:
    """Without a key of the operator's own, only this machine is served: the development secret can
    be read in the data directory. Raises CommandError, and closes the listener."""
    if not settings.development_keys or _is_loopback(listener):
        return
    listener.close()
    raise CommandError(
        f"{settings.host} can be reached from other machines, and no key of tokens is set: set "
        "KITH_JWKS_URL to your identity provider's, or KITH_JWT_SECRET to 32 random bytes or more "
        "('openssl rand -hex 32' makes them). Without either, KITH_HOST is 127.0.0.1."
    )


def _is_loopback(listener: socket.socket) -> bool:
    address = ip_address(listener.getsockname()[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


async def _serve(settings: Settings, conninfo: str, role: str, listener: socket.socket) -> None:
    async with open_services(
        settings,
        conninfo,
        project=role in ("all", "projector"),
        relay=role in ("all", "relay"),
        webhooks=role in ("all", "webhooks"),
        sync=role in ("all", "sync"),
    ) as services:
        allow_connections()
        listener.listen()  # before the address is printed
        if role in WITH_API:
            greet(settings, listener)
        else:
            told = f"kith {role} is running; {address_of(listener)} has /health/ready and /metrics."
            print(told, file=sys.stderr, flush=True)
        server = server_of(Application(services, api=role in WITH_API))
        # Before uvicorn listens for the signal, and when it raises the signal again after its
        # shutdown: without a handler the process would end there, with everything still open.
        end = partial(setattr, server, "should_exit", True)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
        await server.serve(sockets=[listener])


def allow_connections() -> None:
    """Raise the limit of open files: each event stream is one, and the default is often 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def address_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def greet(settings: Settings, listener: socket.socket) -> None:
    """Print the address; to a terminal also a token for development, unless a key of tokens is set.

    Other output may be a log, which is kept and read by others.
    """
    address = address_of(listener)
    print(f"kith is listening on {address}")
    print(f"Documents: {address}/docs")
    if settings.development_keys and sys.stdout.isatty() and _is_loopback(listener):
        token = mint_token(
            secret_of(settings),
            issuer=settings.jwt_issuer,
            audience=settings.jwt_audience,
            tenant="1",
            user="1",
            name="Developer",
            permissions=("view_contacts", "edit_contacts", "connect_accounts", "audit", "admin"),
            lifetime=GREETING_LIFETIME,
        )
        print(f"A token for development (tenant 1, for an hour): {token}")
    print(flush=True)
