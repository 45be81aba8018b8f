"""The secret that signs development tokens, generated once for each data directory.

A deployment sets its own (KITH_JWT_SECRET or KITH_JWKS_URL); with this one a fresh checkout has
working tokens, which stay valid after a restart.
"""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from infrastructure.embedded.directories import make_data_directory
from infrastructure.embedded.errors import EmbeddedPostgresError

_BYTES = 32


def development_secret(data_dir: Path) -> str:
    """The secret of `data_dir` (64 hexadecimal digits), generated at the first call.

    Processes that call this at once get the same secret: each writes its own file and links that to
    the final name, which succeeds for one of them.
    """
    path = data_dir.absolute() / "jwt-secret"
    make_data_directory(path.parent)
    try:
        if not path.exists():
            _make(path)
        secret = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise EmbeddedPostgresError(
            f"The secret for development tokens in {path} can't be read or made: {error}"
        ) from error
    if len(secret) < 2 * _BYTES:
        raise EmbeddedPostgresError(
            f"The secret in {path} is too short to be safe. Remove the file and kith makes a new "
            f"one; tokens signed with the old one end with it."
        )
    return secret


def _make(path: Path) -> None:
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".jwt-secret-") as own:
        own.write(secrets.token_hex(_BYTES) + "\n")
        own.flush()
        os.fsync(own.fileno())
        with contextlib.suppress(FileExistsError):  # another process was first: its secret is used
            os.link(own.name, path)
