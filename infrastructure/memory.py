"""The settings of the garbage collector.

Each page of events makes thousands of short-lived objects. With Python's defaults the collector
scanned all of them, and regularly every object of every library: half of the time of reading the
log, and a tenth of a request's, in pauses of tens of milliseconds. Reference counts free nearly all
of these objects anyway.
"""

import gc

YOUNG = 100_000
"""New objects before a young collection: some pages of events."""


def tune_collector() -> None:
    """Exempt the objects loaded at the start, and collect the others less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
