"""Group commit: one flusher per process writes what queued while the last commit was under way.

There is no timer: a lone append is written at once, and under load batches grow by themselves.
Batches are bounded, so that none holds the append lock for half a second: by their events, and by
the bytes of these and of the rows that are written with them. So is the queue, in which the tenants
take turns: while the queue or a tenant's half of it is full, jobs are refused with Overloaded. A
job that is too large for any batch is refused with TooLarge.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from application.errors import Overloaded, TooLarge, Unavailable
from application.ports import Job, NewId, Receipt
from infrastructure.append.batch import EncodedJob, encode_job
from infrastructure.append.flusher import Flusher, Verdict
from infrastructure.append.sizes import judged_size
from infrastructure.append.turns import Turns

MOST_EVENTS = 500
MOST_BYTES = 4_000_000
"""Bytes of a batch, its events and rows; a larger job is a batch of its own. As they are estimated,
PostgreSQL wrote 30 MB (rows of participants) to 130 MB (texts) of them a second on one core: so a
batch holds the append lock for 0.15 s."""

LARGEST_JOB = 20_000_000
"""Bytes of a job, its events and rows: what holds the append lock for less than 0.5 s, and takes a
record with every text at its limit in any script. A job that leaves hidden content as it is may
have as much again of that, which is text: that takes a quarter of the time."""

LONGEST_QUEUE = 5_000
"""Jobs in the queue: about a second of appends at a few thousand a second. Half of them, and of the
bytes, may be one tenant's."""

LARGEST_QUEUE = 256_000_000
"""Bytes of events and rows in the queue. Each caller holds a few times its events besides."""

FULL = "Too much is waiting to be written; try again in a moment."


@dataclass(slots=True)
class Waiting:
    encoded: EncodedJob
    receipt: asyncio.Future[Receipt]

    def answer(self, verdict: Verdict) -> None:
        if self.receipt.done():
            return
        if isinstance(verdict, Receipt):
            self.receipt.set_result(verdict)
        else:
            self.receipt.set_exception(verdict)
            # The caller may have gone away: then nobody retrieves the exception.
            self.receipt.exception()


@dataclass(slots=True)
class Counts:
    """Batches, jobs and events since the start, for the metrics; `sizes` is called with the jobs of
    each batch."""

    batches: int = 0
    jobs: int = 0
    events: int = 0
    sizes: Callable[[int], None] = field(default=lambda _: None)


class GroupCommit:
    def __init__(self, flusher: Flusher, new_id: NewId, *, longest_queue: int = LONGEST_QUEUE):
        self._flusher = flusher
        self._new_id = new_id
        self._queue: Turns[Waiting] = Turns(longest_queue, LARGEST_QUEUE)
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
        """Write the queue, then end."""
        if self._task is not None:
            self._stopping = True
            self._wake.set()
            await self._task
            self._task = None
        await self._flusher.close()

    async def append(self, job: Job) -> Receipt:
        """Append a job. Errors: those of application.ports.EventLog.append."""
        tenant = job.tenant
        if self._queue.is_full(tenant):
            raise Overloaded(FULL)
        if self._task is None or self._task.done() or self._stopping:
            raise Unavailable("The ledger is shutting down.")
        size_of_rows = self._flusher.projection.size
        encoded = encode_job(job, self._new_id, size_of_rows)
        if encoded.size > LARGEST_JOB and judged_size(job, size_of_rows) > LARGEST_JOB:
            raise TooLarge
        if not self._queue.has_room(tenant, encoded.size):
            raise Overloaded(FULL)
        waiting = Waiting(encoded, asyncio.get_running_loop().create_future())
        self._queue.add(tenant, waiting, encoded.size)
        self._wake.set()
        # A caller that goes away doesn't withdraw its job.
        return await waiting.receipt

    async def _run(self) -> None:
        while True:
            # Callers that append again in the same turn of the loop share the next batch.
            await asyncio.sleep(0)
            if self._queue:
                await self._flush(self._take())
            elif self._stopping:
                return
            else:
                self._wake.clear()
                await self._wake.wait()

    def _take(self) -> list[Waiting]:
        batch: list[Waiting] = []
        events = size = 0
        while self._queue:
            waiting, bytes_ = self._queue.first()
            events += len(waiting.encoded.ids)
            size += bytes_
            if batch and (events > MOST_EVENTS or size > MOST_BYTES):
                break
            batch.append(self._queue.take())
        return batch

    async def _flush(self, batch: list[Waiting]) -> None:
        try:
            verdicts = await self._flusher.write([waiting.encoded for waiting in batch])
        except asyncio.CancelledError:
            for waiting in batch:
                waiting.receipt.cancel()
            raise
        except Exception as error:
            verdicts = [error] * len(batch)
        self.counts.batches += 1
        self.counts.jobs += len(batch)
        self.counts.events += sum(len(waiting.encoded.ids) for waiting in batch)
        self.counts.sizes(len(batch))
        for waiting, verdict in zip(batch, verdicts, strict=True):
            waiting.answer(verdict)
