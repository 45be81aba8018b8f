"""`make neighbours`: every attack for longer, each beside the quiet tenant, with a report."""

import argparse
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from infrastructure.embedded import EmbeddedPostgres
from tests.neighbours.attacking import beside
from tests.neighbours.place import kith
from tests.neighbours.test_neighbours import ATTACKS


def main() -> int:
    parser = argparse.ArgumentParser(prog="neighbours", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each attack")
    seconds = parser.parse_args().seconds
    report, harmed = [], False
    with tempfile.TemporaryDirectory(prefix="kith-neighbours-") as name:
        Path(name).chmod(0o711)  # as root, PostgreSQL's own user has to get to what is below
        with EmbeddedPostgres(Path(name)) as postgres, kith(postgres.url) as place:
            for strike in tqdm(ATTACKS, unit="attack"):
                verdict = beside(place, strike, seconds)
                attack = f"{strike.__module__.rpartition('.')[2]}.{strike.__name__}"
                report.append(f"{attack}\n{verdict}\n" + "\n".join(verdict.complaints))
                harmed = harmed or bool(verdict.complaints)
    print("\n\n".join(report))
    return int(harmed)


if __name__ == "__main__":
    sys.exit(main())
