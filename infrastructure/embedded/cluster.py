"""Creation of a cluster, atomic: a complete one or none."""

import shutil
from pathlib import Path

from infrastructure.embedded.accounts import Account
from infrastructure.embedded.binaries import Binaries
from infrastructure.embedded.directories import make_owned_directory
from infrastructure.embedded.errors import EmbeddedPostgresError

SUPERUSER = "kith"

# Clients of the socket are trusted: only the account and root can enter its directory.
_ACCESS_RULES = (
    "# Only over the Unix socket, whose directory is closed to others.\nlocal all all trust\n"
)


def make_cluster(home: Path, binaries: Binaries, account: Account) -> None:
    """Make the cluster if there is none: initdb beside its place, then a rename."""
    cluster = home / "data"
    if cluster.exists():
        _require_version(cluster, binaries)
        return
    unfinished = home / "data.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)  # of an interrupted start
    make_owned_directory(unfinished, account)
    # PostgreSQL itself compares text by code point and folds it by Unicode's rules, so that no
    # update of the C library can change an index. Only pg_trgm takes the class of a character
    # from that library; without its C.UTF-8 pg_trgm would skip every ü.
    for character_type in ("C.UTF-8", "C"):
        made = account.run(
            *(binaries.directory / "initdb", "--pgdata", unfinished, "--username", SUPERUSER),
            *("--encoding=UTF8", "--locale=C", f"--lc-ctype={character_type}"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--auth-local=trust", "--auth-host=reject", "--data-checksums"),
        )
        if made.returncode == 0:
            break
    else:
        raise EmbeddedPostgresError(
            f"PostgreSQL couldn't make a new cluster in {home}: "
            f"{made.stdout.decode(errors='replace').strip()[-1000:]}"
        )
    (unfinished / "pg_hba.conf").write_text(_ACCESS_RULES, encoding="ascii")
    unfinished.rename(cluster)


def _require_version(cluster: Path, binaries: Binaries) -> None:
    made_by = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    if made_by != str(binaries.major_version):
        raise EmbeddedPostgresError(
            f"The database in {cluster} was made by PostgreSQL {made_by}, and the one here is "
            f"{binaries.major_version}. Export it with the kith that made it (kith export ndjson), "
            f"or upgrade it with pg_upgrade."
        )
