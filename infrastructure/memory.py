"""How the garbage collector is set in kith's processes.

Thousands of short-lived objects come with each page of events. Python's defaults look through all
of them, and now and then through every object of every library, again and again: that was half of
the time of reading the log, and a tenth of a request's, in pauses of tens of milliseconds. What is
made while working is freed by its reference count anyway.
"""

import gc

YOUNG = 100_000
"""Objects made before the young ones are looked through: some pages of events."""


def tune_collector() -> None:
    """Leave alone what was loaded at the start, and look through the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
