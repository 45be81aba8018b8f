"""What kith's processes log: warnings and worse, to standard error."""

import logging
import time

PAUSE = 60.0
"""Seconds in which a library says the same thing once."""


def log_to_standard_error() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for handler in logging.getLogger().handlers:
        # It tries again without end while Kafka is away, and tells of each try four times.
        handler.addFilter(Sparing("kafka"))
        # It warns of each request that isn't HTTP, and anybody can send those.
        handler.addFilter(Sparing("uvicorn.error", up_to=logging.WARNING))


class Sparing(logging.Filter):
    """Lets a library say the same words, of the same kinds of things, once in `PAUSE`; what is
    graver than `up_to` is let through every time."""

    def __init__(self, library: str, up_to: int = logging.CRITICAL):
        super().__init__(library)
        self._up_to = up_to
        self._said: dict[tuple[object, ...], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno > self._up_to or not super().filter(record):
            return True  # somebody else, or something graver
        of = record.args if isinstance(record.args, tuple) else ()
        now, words = time.monotonic(), (record.name, record.msg, *map(type, of))
        self._said = {one: at for one, at in self._said.items() if now - at < PAUSE}
        return self._said.setdefault(words, now) == now
