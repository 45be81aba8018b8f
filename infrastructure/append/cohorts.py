"""Whether callers go on together or in two cohorts.

Callers who wait for one commit and go on together all stand in the next batch: encoding it and
committing it take turns. In two cohorts, one is encoded while the other is committed, and there are
twice as many commits. That is faster as long as a commit costs less than what all callers do in
between, and slower where it costs more.
"""

SHARE = 3.0
"""What encoding and writing a caller's events take, to what the caller does in between: three
times as much, as measured. The rest of a batch's time is its commit."""


class Cohorts:
    def __init__(self) -> None:
        self.two = False
        self._turn = 0.0

    def went_on(self, callers: int, seconds: float) -> None:
        """So many callers had their turn, in that time."""
        if callers:
            self._turn = seconds / callers

    def landed(self, callers: int, seconds: float) -> None:
        """A batch of so many was written, in that time."""
        everybody = callers * (2 if self.two else 1)
        commit = seconds - SHARE * callers * self._turn
        self.two = callers > 1 and commit < everybody * self._turn
