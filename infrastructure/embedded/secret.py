"""Secrets of a data directory, each generated once and kept in a file that only its owner reads.

One signs development tokens: a deployment sets its own (KITH_JWT_SECRET or KITH_JWKS_URL); with
this one a fresh checkout has working tokens, which stay valid after a restart.
"""

import contextlib
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from infrastructure.embedded.directories import make_data_directory
from infrastructure.embedded.errors import EmbeddedPostgresError
from infrastructure.embedded.locks import open_private

_BYTES = 32


def development_secret(data_dir: Path) -> str:
    """The secret of tokens of `data_dir` (64 hexadecimal digits), generated at the first call.
    Raises EmbeddedPostgresError."""
    name = "jwt-secret"
    secret = kept_secret(data_dir, name, lambda: secrets.token_hex(_BYTES))
    if len(secret) < 2 * _BYTES:
        raise EmbeddedPostgresError(
            f"The secret in {data_dir.absolute() / name} is too short to be safe. Remove the file "
            f"and kith makes a new one; tokens signed with the old one end with it."
        )
    return secret


def kept_secret(data_dir: Path, name: str, make: Callable[[], str]) -> str:
    """The secret in the file `name` of `data_dir`, made at the first call.

    Processes that call this at once get the same secret: each writes its own file and links that to
    the final name, which succeeds for one of them. Raises EmbeddedPostgresError.
    """
    path = data_dir.absolute() / name
    make_data_directory(path.parent)
    try:
        if not os.path.lexists(path):
            _make(path, make())
        return _read(path)
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, error) from error


def existing_secret(data_dir: Path, name: str) -> str | None:
    """The secret in the file, None if there is no file. Raises EmbeddedPostgresError."""
    path = data_dir.absolute() / name
    try:
        return _read(path)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, error) from error


def _read(path: Path) -> str:
    """A symbolic link isn't followed."""
    with os.fdopen(open_private(path, os.O_RDONLY), encoding="ascii") as file:
        return file.read().strip()


def _make(path: Path, secret: str) -> None:
    """Made by O_EXCL and O_NOFOLLOW with mode 0600, whole, and durable with its name."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-") as own:
        own.write(secret + "\n")
        own.flush()
        os.fsync(own.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its secret is used
            os.link(own.name, path)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _unusable(path: Path, error: Exception) -> EmbeddedPostgresError:
    return EmbeddedPostgresError(f"The secret in {path} can't be read or made: {error}")
