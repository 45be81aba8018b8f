"""`make bench`: takes every measure, or those that are named, and prints the table."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench import report
from bench.measures import MEASURES
from bench.plan import DISK, PHASES, QUICK, Bench, Measure, Phase, Sizes
from bench.report import Line
from bench.rounds import Result
from bench.seeds import seed
from bench.servers import ground, kith, peer
from infrastructure.memory import tune_collector


def main(arguments: Sequence[str] | None = None) -> int:
    args = _parser().parse_args(arguments)
    # As in kith's own processes; what of the library runs in this one gains as much.
    tune_collector()
    sizes = QUICK if args.quick else Sizes()
    if args.rounds:
        sizes = replace(sizes, rounds=args.rounds)
    wanted = [measure for measure in MEASURES if not args.only or measure.name in args.only]
    seeded = any(measure.seeded for measure in wanted)
    if not seeded:
        sizes = replace(sizes, busy=0, deep=0)
    lines: list[Line] = []
    with ground() as place:
        print("Preparing the databases …", file=sys.stderr, flush=True)
        contacts = seed(place, busy=sizes.busy, deep=sizes.deep)
        with kith(place) as ours, peer(place) as theirs:
            bench = Bench(place, contacts, ours, theirs, sizes, args.mailbox, args.me)
            for phase in PHASES:
                lines += _phase(bench, phase, wanted)
            if seeded:
                memory = Result("Memory of kith serve after all of this", "MB", ours.megabytes)
                lines.append((DISK, memory))
    print(f"\n{report.machine()}\n\n{report.table(lines)}")
    return 0


def _phase(bench: Bench, phase: Phase, wanted: Sequence[Measure]) -> list[Line]:
    bench.phase = phase
    bench.ground.slow_down_commits(phase.commit_delay)
    lines: list[Line] = []
    for measure in wanted:
        if phase in measure.phases:
            lines += [(phase, result) for result in measure.run(bench)]
    return lines


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    names = [measure.name for measure in MEASURES]
    parser.add_argument(
        "--only", action="append", choices=names, help="take this measure alone; may be repeated"
    )
    parser.add_argument(
        "--quick", action="store_true", help="only show that everything runs, in little time"
    )
    parser.add_argument("--rounds", type=int, default=0, help="default: 5")
    parser.add_argument("--mailbox", type=Path, help="a real mailbox to import as well")
    parser.add_argument("--me", default="me@example.com", help="whose mailbox that is")
    return parser


if __name__ == "__main__":
    sys.exit(main())
