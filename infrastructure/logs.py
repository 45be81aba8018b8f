"""Logging of kith's processes: warnings and worse, to standard error."""

import logging
import time

from infrastructure.visible import VisibleFormatter

PAUSE = 60.0
"""Seconds for which a repeated message of a library is suppressed."""


def log_to_standard_error() -> None:
    ours = logging.StreamHandler()
    ours.setFormatter(VisibleFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[ours])
    for handler in logging.getLogger().handlers:
        # It retries for as long as Kafka is away, and logs each try four times.
        handler.addFilter(RepeatFilter("kafka"))
        # It warns of each request that isn't HTTP, which any client can cause.
        handler.addFilter(RepeatFilter("uvicorn.error", up_to=logging.WARNING))


class RepeatFilter(logging.Filter):
    """Drops messages of a library that repeat one of the last `PAUSE` seconds with arguments of the
    same types. Levels above `up_to` always pass."""

    def __init__(self, library: str, up_to: int = logging.CRITICAL):
        super().__init__(library)
        self._up_to = up_to
        self._said: dict[tuple[object, ...], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno > self._up_to or not super().filter(record):
            return True  # of another library, or above the level
        of = record.args if isinstance(record.args, tuple) else ()
        now, words = time.monotonic(), (record.name, record.msg, *map(type, of))
        self._said = {one: at for one, at in self._said.items() if now - at < PAUSE}
        return self._said.setdefault(words, now) == now
