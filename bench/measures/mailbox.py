"""`kith import mbox`, beside the running server: how many messages a second once it runs.

Starting the command takes its time too, so a small mailbox and a large one are imported, and what
counts is what the difference took. Every import goes to a tenant of its own.
"""

import subprocess
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from statistics import median

from bench import mailbox
from bench.plan import Bench
from bench.rounds import Result
from bench.servers import KITH

SHARE = 6
"""The large mailbox is so many times the small one."""

_tenants = count(1)


def run(bench: Bench) -> Iterator[Result]:
    sizes = bench.sizes
    small, large = (bench.ground.data_dir / f"{name}.mbox" for name in ("small", "large"))
    mailbox.write(small, sizes.mails // SHARE)
    mailbox.write(large, sizes.mails)
    say = bench.sayer("import mbox")
    rates = []
    for number in range(max(1, sizes.rounds // 2)):
        say(f"round {number + 1}")
        less, more = _seconds(bench, small, mailbox.ME), _seconds(bench, large, mailbox.ME)
        rates.append((sizes.mails - sizes.mails // SHARE) / max(more - less, 1e-9))
    name = f"kith import mbox, {sizes.mails:,} generated messages"
    yield Result(name, "messages/s", median(rates), None, None, 1000.0)
    if bench.mailbox is not None:
        say(f"importing {bench.mailbox.name}")
        seconds = _seconds(bench, bench.mailbox, bench.me)
        yield Result(f"kith import mbox {bench.mailbox.name}, start to end", "s", seconds)


def _seconds(bench: Bench, path: Path, me: str) -> float:
    tenant = f"mail-{next(_tenants)}"
    command = [str(KITH), "import", "mbox", str(path), "--tenant", tenant, "--me", me]
    started = time.perf_counter()
    done = subprocess.run(
        command, env=bench.ground.environment, capture_output=True, text=True, timeout=300
    )
    if done.returncode != 0:
        raise RuntimeError(f"kith import ended with {done.returncode}: {done.stderr[-2000:]}")
    return time.perf_counter() - started
