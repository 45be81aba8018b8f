"""Group commit: one flusher per process writes what queued while the last commit was under way.

There is no timer: a lone append goes out at once, and under load batches grow by themselves.
Batches are bounded (psycopg's pipeline was seen to hang on 800 events over a Unix socket), and so
is the queue: when it is full, callers are turned away instead of piling up.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic

from application.errors import Overloaded, Unavailable
from application.ports import Job, NewId, Receipt
from infrastructure.append.cohorts import Cohorts
from infrastructure.append.flusher import Flusher, Verdict
from infrastructure.append.plan import Prepared, prepare

MOST_EVENTS = 500
MOST_BYTES = 200_000
LONGEST_QUEUE = 5_000
"""Jobs that may wait; at a few thousand appends a second, about a second's worth."""

LARGEST_QUEUE = 64 * 1024 * 1024
"""Bytes of events that may wait. What a caller holds besides is a few times as much."""

FULL = "Too much is waiting to be written; try again in a moment."


@dataclass(slots=True)
class Waiting:
    prepared: Prepared
    receipt: asyncio.Future[Receipt]


_Landed = tuple[Waiting, Verdict]


@dataclass(slots=True)
class Counts:
    """For the metrics: how many batches with how many jobs and events, since the start."""

    batches: int = 0
    jobs: int = 0
    events: int = 0
    sizes: Callable[[int], None] = field(default=lambda _: None)


class GroupCommit:
    def __init__(self, flusher: Flusher, new_id: NewId, *, longest_queue: int = LONGEST_QUEUE):
        self._flusher = flusher
        self._new_id = new_id
        self._longest = longest_queue
        self._queue: deque[Waiting] = deque()
        self._queued_bytes = 0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self.counts = Counts()

    @property
    def queued(self) -> int:
        return len(self._queue)

    async def start(self) -> None:
        await self._flusher.open()
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name="append flusher")

    async def stop(self) -> None:
        """Write what is queued, then end."""
        if self._task is not None:
            self._stopping = True
            self._wake.set()
            await self._task
            self._task = None
        await self._flusher.close()

    async def append(self, job: Job) -> Receipt:
        """Append a job. Errors: those of application.ports.EventLog.append."""
        if len(self._queue) >= self._longest:
            raise Overloaded(FULL)
        if self._task is None or self._task.done() or self._stopping:
            raise Unavailable("The ledger is shutting down.")
        prepared = prepare(job, self._new_id)
        if self._queued_bytes + prepared.size > LARGEST_QUEUE and self._queue:
            raise Overloaded(FULL)
        waiting = Waiting(prepared, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._queued_bytes += prepared.size
        self._wake.set()
        # A caller who goes away doesn't take back what is on its way into the log.
        return await waiting.receipt

    async def _run(self) -> None:
        cohorts = Cohorts()
        landed: list[_Landed] = []
        while self._queue or landed or not self._stopping:
            if not (cohorts.two and self._queue):
                now = landed[: (len(landed) + 1) // 2] if cohorts.two else landed
                landed = landed[len(now) :]
                began = monotonic()
                _tell(now)
                # What becomes ready in the same turn of the loop joins the batch.
                await asyncio.sleep(0)
                cohorts.went_on(len(now), monotonic() - began)
            if batch := self._take():
                began = monotonic()
                writing = asyncio.create_task(self._flush(batch))
                await asyncio.sleep(0)  # it is on its way before the others go on
                _tell(landed)
                landed = await writing
                cohorts.landed(len(batch), monotonic() - began)
            elif landed:
                _tell(landed)
                landed = []
            elif not self._stopping:
                self._wake.clear()
                await self._wake.wait()
                await asyncio.sleep(0)

    def _take(self) -> list[Waiting]:
        batch: list[Waiting] = []
        events = size = 0
        while self._queue:
            prepared = self._queue[0].prepared
            events += len(prepared.ids)
            size += prepared.size
            if batch and (events > MOST_EVENTS or size > MOST_BYTES):
                size -= prepared.size
                break
            batch.append(self._queue.popleft())
        self._queued_bytes -= size
        return batch

    async def _flush(self, batch: list[Waiting]) -> list[_Landed]:
        try:
            verdicts = await self._flusher.write([waiting.prepared for waiting in batch])
        except asyncio.CancelledError:
            for waiting in batch:
                waiting.receipt.cancel()
            raise
        except Exception as error:
            verdicts = [error] * len(batch)
        self.counts.batches += 1
        self.counts.jobs += len(batch)
        self.counts.events += sum(len(waiting.prepared.ids) for waiting in batch)
        self.counts.sizes(len(batch))
        return list(zip(batch, verdicts, strict=True))


def _tell(landed: Iterable[_Landed]) -> None:
    for waiting, verdict in landed:
        if waiting.receipt.done():
            continue
        if isinstance(verdict, Receipt):
            waiting.receipt.set_result(verdict)
        else:
            waiting.receipt.set_exception(verdict)
            # Whoever waited may have gone away; that is no error of the loop's.
            waiting.receipt.exception()
