"""`kith verify`: proves the log whole, and each read model equal to a rebuild from it."""

import argparse
from typing import Any

import uvloop

from api.cli.database import database
from infrastructure.log.check import Verdict
from infrastructure.progress import Bars
from infrastructure.projecting import verify as verifying
from infrastructure.visible import visible
from projections.all_models import READ_MODELS


def add_arguments(commands: Any) -> None:
    command = commands.add_parser(
        "verify", help="prove the log whole and each read model equal to a rebuild from it"
    )
    command.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    with database() as conninfo:
        return uvloop.run(verify(conninfo))


async def verify(conninfo: str) -> int:
    """Print the verdicts; 0 if everything is as the log says, else 1."""
    with Bars() as bars:
        verdicts = await verifying.verify(conninfo, READ_MODELS, bars)
    for verdict in verdicts:
        print(sentence(verdict))
        for example in verdict.examples:
            print(f"  {visible(example)}")
    if all(verdict.equal for verdict in verdicts):
        print("Everything is as the log says.")
        return 0
    print("A read model that differs is put right by 'kith projections rebuild NAME'.")
    return 1


def sentence(verdict: Verdict) -> str:
    if verdict.name == "the log":
        if verdict.equal:
            return f"the log: {verdict.checked} events, complete, in order and readable"
        return f"the log: {verdict.wrong} things are wrong with its {verdict.checked} events:"
    if verdict.equal:
        return f"{verdict.name}: {verdict.checked} rows, equal to a rebuild from the log"
    return f"{verdict.name}: {verdict.wrong} rows differ from a rebuild from the log:"
