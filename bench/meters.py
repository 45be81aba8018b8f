"""Processor time and memory of processes with all that they have started."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

EVERY = 0.1
"""Seconds between two looks at the memory."""


def processor(pid: int) -> float:
    """Seconds of a core that a process has used, with its children, and those that have ended."""
    process = psutil.Process(pid)
    times = process.cpu_times()
    used = times.user + times.system + times.children_user + times.children_system
    for child in process.children():
        with suppress(psutil.NoSuchProcess):  # it has ended, and will be counted by its parent
            used += processor(child.pid)
    return used


def postmaster(data_dir: Path) -> int:
    """The process of the PostgreSQL in a data directory."""
    (file,) = data_dir.rglob("postmaster.pid")
    return int(file.read_text().splitlines()[0])


@dataclass(slots=True)
class Memory:
    """Resident megabytes, the most that were seen: of a process `alone`, and with its children."""

    alone: float = 0.0
    together: float = 0.0

    def look(self, process: psutil.Process) -> None:
        alone = together = process.memory_info().rss / 1e6
        for child in process.children():
            with suppress(psutil.NoSuchProcess):
                together += child.memory_info().rss / 1e6
        self.alone, self.together = max(self.alone, alone), max(self.together, together)


@contextmanager
def watching(pid: int) -> Iterator[Memory]:
    """The memory of a process while the block runs."""
    memory, process, ended = Memory(), psutil.Process(pid), threading.Event()
    memory.look(process)

    def watch() -> None:
        while not ended.wait(EVERY):
            memory.look(process)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        ended.set()
        thread.join()


@dataclass(frozen=True, slots=True)
class Used:
    """Seconds by the clock since `at`, and seconds of a core that each process has used since."""

    at: float
    before: tuple[float, ...]
    pids: tuple[int, ...]

    @classmethod
    def by(cls, *pids: int) -> "Used":
        return cls(time.perf_counter(), tuple(map(processor, pids)), pids)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.at

    @property
    def processors(self) -> tuple[float, ...]:
        now = map(processor, self.pids)
        return tuple(after - before for after, before in zip(now, self.before, strict=True))
