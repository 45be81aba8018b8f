"""`make faults`: every fault in a long round, with a progress bar each and a report in the end."""

import argparse
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop
from tqdm import tqdm

from infrastructure.embedded import EmbeddedPostgres
from tests.brokers import chosen
from tests.brokers.apache_kafka import ApacheKafka
from tests.faults import rounds
from tests.faults.place import Place
from tests.faults.rounds import Outcome, Said

Round = Callable[[Place, int, int, Said], Awaitable[Outcome]]

ROUNDS: dict[str, tuple[Round, int, int]] = {
    "kill -9 of the relay": (rounds.relay_killed, 20_000, 50),
    "broker killed or stopped, and started": (rounds.broker_restarted, 20_000, 10),
    "connection cut in the middle of a batch": (rounds.connection_cut, 20_000, 100),
    "PostgreSQL restarted": (rounds.database_restarted, 20_000, 10),
}
"""Each with its events and faults."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the events and faults")
    share = parser.parse_args().share
    with (
        tempfile.TemporaryDirectory(prefix="kith-faults-") as name,
        chosen.broker() as broker,
    ):
        Path(name).chmod(0o711)  # as root, PostgreSQL's own user has to get to what is below
        if not isinstance(broker, ApacheKafka):
            print("This needs Apache Kafka: see 'make kafka'.", file=sys.stderr)
            return 1
        broker.start()
        with EmbeddedPostgres(Path(name)) as postgres:
            place = Place(postgres, "faults", broker)
            lines = [uvloop.run(_line(place, what, share)) for what in ROUNDS]
    print(f"\n{broker.name}\n")
    for line in lines:
        print(line)
    return int(any("BROKEN" in line for line in lines))


async def _line(place: Place, what: str, share: float) -> str:
    """The result of a round, as a line."""
    run, events, faults = ROUNDS[what]
    events, faults = max(100, int(events * share)), max(1, int(faults * share))
    began = time.monotonic()
    with tqdm(total=faults, desc=what, unit="fault") as bar:
        try:
            outcome = await run(place, events, faults, bar.update)
        except (AssertionError, TimeoutError) as error:
            return f"{what}: BROKEN: {error!r}"
    return (
        f"{what}: {outcome.events:,} events, {outcome.faults} faults, "
        f"{outcome.repeats:,} repeats, none lost, none invented, each key in order "
        f"({time.monotonic() - began:.0f} s)"
    )


if __name__ == "__main__":
    sys.exit(main())
