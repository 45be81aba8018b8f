"""`make neighbours`: every attack for longer, beside the quiet tenant, with a report; then each
again without the bound that protects the quiet tenant, who has to notice, however long it takes."""

import argparse
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from infrastructure.embedded import EmbeddedPostgres
from tests.neighbours.attacking import Strike, beside
from tests.neighbours.place import kith
from tests.neighbours.test_neighbours import ATTACKS

SECONDS_TO_NOTICE = 90.0
"""Of an attack without its bound, which ends with the first complaint: a busy machine needs longer
to do the same harm."""

MUTANTS = {strike: mutant for strike, mutant in ATTACKS.items() if mutant}


def main() -> int:
    parser = argparse.ArgumentParser(prog="neighbours", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each attack")
    seconds = parser.parse_args().seconds
    report, wrong = [], False
    with tempfile.TemporaryDirectory(prefix="kith-neighbours-") as name:
        Path(name).chmod(0o711)  # as root, PostgreSQL's own user has to get to what is below
        with EmbeddedPostgres(Path(name)) as postgres:
            with kith(postgres.url) as place:
                for strike in tqdm(ATTACKS, unit="attack"):
                    verdict = beside(place, strike, seconds)
                    report.append("\n".join((called(strike), str(verdict), *verdict.complaints)))
                    wrong = wrong or bool(verdict.complaints)
            for strike, mutant in tqdm(MUTANTS.items(), unit="mutant"):
                with kith(postgres.url, mutant.__name__) as place:
                    verdict = beside(
                        place, strike, max(seconds, SECONDS_TO_NOTICE), until_noticed=True
                    )
                noticed = "noticed" if verdict.complaints else "NOT NOTICED"
                report.append(f"{called(strike)} with {mutant.__name__}: {noticed}\n{verdict}")
                wrong = wrong or not verdict.complaints
    print("\n\n".join(report))
    return int(wrong)


def called(strike: Strike) -> str:
    return f"{strike.__module__.rpartition('.')[2]}.{strike.__name__}"


if __name__ == "__main__":
    sys.exit(main())
