"""Folding: each event gets its entity before and after it, from memory or from the log."""

from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

import pytest

from application.entity import Recorded
from application.envelope import Actor, Envelope
from domain.interaction import Interaction, InteractionDeleted
from domain.streams import StreamName
from infrastructure.log.events import Logged, Unreadable
from infrastructure.log.folding import Folder, Item
from projections.read_model import Step
from tests.domain.samples import ANN, CALL, LOGGED, NOW

pytestmark = pytest.mark.anyio

ENVELOPE = Envelope(UUID(int=1), NOW, Actor(id="5", name="John"), "tracking", "req-1")
(AMENDED,) = Interaction.evolve(None, LOGGED).amend(CALL.model_copy(update={"word": "ring"}), NOW)
GONE = InteractionDeleted(contact_id=ANN)
LIFE = (LOGGED, AMENDED, GONE)


def read(stream: int, version: int, event=None) -> Logged:
    """A version of a stream: logged, amended, deleted."""
    name = StreamName("1", "interaction", UUID(int=stream))
    return str(name), Recorded(name, version, 0, event or LIFE[version - 1], ENVELOPE)


def unreadable(stream: int) -> Logged:
    name = read(stream, 1)[0]
    return name, Unreadable(name, 0, "torn")


class Log:
    """Earlier events by the name of their stream, and the questions asked for them."""

    def __init__(self, *events: Logged):
        self.events = events
        self.asked: list[Mapping[str, int]] = []

    async def earlier(self, versions: Mapping[str, int]) -> AsyncIterator[list[Logged]]:
        """An event a page."""
        self.asked.append(versions)
        for name, event in self.events:
            if name in versions and (
                isinstance(event, Unreadable) or event.version < versions[name]
            ):
                yield [(name, event)]


def versions(items: Sequence[Item]) -> list[tuple[int | None, int] | str]:
    """Version before and after of each step; the reason where there is none."""
    return [
        item.reason
        if isinstance(item, Unreadable)
        else (None if item.before is None else item.before.version, item.after.version)
        for item in items
    ]


async def test_a_stream_is_followed_from_event_to_event():
    log = Log()
    steps = await Folder().fold([read(1, 1), read(2, 1), read(1, 2), read(1, 3)], log.earlier)
    assert versions(steps) == [(None, 1), (None, 1), (1, 2), (2, 3)]
    assert isinstance(steps[-1], Step)
    assert steps[-1].after.state.deleted
    assert log.asked == []


async def test_streams_begun_before_the_page_are_read_in_one_query():
    log = Log(read(1, 1), read(1, 2), read(2, 1))
    steps = await Folder().fold([read(1, 3), read(3, 1), read(2, 2), read(2, 3)], log.earlier)
    assert versions(steps) == [(2, 3), (None, 1), (1, 2), (2, 3)]
    assert log.asked == [{read(1, 1)[0]: 3, read(2, 1)[0]: 2}]


async def test_a_stream_folded_once_is_not_read_again():
    log = Log(read(1, 1))
    folder = Folder()
    await folder.fold([read(1, 2)], log.earlier)
    assert versions(await folder.fold([read(1, 3)], log.earlier)) == [(2, 3)]
    assert len(log.asked) == 1


async def test_a_page_can_be_folded_again():
    log = Log(read(1, 1), read(1, 2))
    folder = Folder()
    for _ in range(2):
        items = await folder.fold([read(1, 2), read(1, 3)], log.earlier)
        assert versions(items) == [(1, 2), (2, 3)]


async def test_streams_of_one_event_are_not_cached_and_the_others_are_bounded():
    folder = Folder(most=10)
    await folder.fold([read(stream, 1) for stream in range(100)], Log().earlier)
    assert len(folder._cached) == 0
    for stream in range(100):
        await folder.fold([read(stream, 1), read(stream, 2)], Log().earlier)
    assert list(folder._cached) == [read(stream, 1)[0] for stream in range(90, 100)]


async def test_a_stream_is_not_followed_after_an_unreadable_event():
    log = Log(unreadable(1), read(3, 1), read(4, 1))
    page = [read(1, 2), read(2, 1), unreadable(2), read(2, 3), read(3, 3), read(4, 2)]
    assert versions(await Folder().fold(page, log.earlier)) == [
        "torn",
        (None, 1),
        "torn",
        "torn",
        "an earlier event is missing",
        (1, 2),
    ]


async def test_an_event_its_aggregate_cant_follow_is_unreadable_alone():
    steps = await Folder().fold([read(1, 1, GONE), read(2, 1)], Log().earlier)
    reason, other = versions(steps)
    assert str(reason).startswith("its aggregate can't follow it: ")
    assert other == (None, 1)
