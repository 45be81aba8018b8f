"""A library's repeated message is logged once a minute."""

import logging
import time

import pytest

from infrastructure.logs import PAUSE, RepeatFilter


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    clock = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    return clock


def logged(to: RepeatFilter, words: str, *of: object, name: str = "kafka.net.manager") -> bool:
    to_filter = logging.LogRecord(name, logging.ERROR, "", 0, words, of, None)
    return bool(to.filter(to_filter))


def test_a_library_says_the_same_thing_once_a_minute(now: list[float]):
    sparing, failed = RepeatFilter("kafka"), "Connection failed: %s"
    assert logged(sparing, failed, OSError("refused"))
    now[0] += PAUSE - 1
    assert not logged(sparing, failed, OSError("no route"))
    assert logged(sparing, failed, PermissionError("wrong password"))
    assert logged(sparing, "Bootstrap failed: %s", OSError("refused"))
    now[0] += 1
    assert logged(sparing, failed, OSError("refused"))


def test_other_loggers_repeat_their_messages():
    sparing = RepeatFilter("kafka")
    for name in ("infrastructure.relay.relay", "kafkaesque", "root"):
        assert all(logged(sparing, "the relay starts again", name=name) for _ in range(3))


@pytest.mark.parametrize(
    ("level", "heard"), [(logging.WARNING, [True, False]), (logging.ERROR, [True, True])]
)
def test_messages_above_the_level_are_repeated(now: list[float], level: int, heard: list[bool]):
    sparing, found = RepeatFilter("uvicorn.error", up_to=logging.WARNING), []
    for _ in range(2):
        record = logging.LogRecord("uvicorn.error", level, "", 0, "Invalid request.", (), None)
        found.append(bool(sparing.filter(record)))
        now[0] += 1
    assert found == heard
