"""Which jobs of a batch are carried out: decided in order, each whole or not at all."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from hypothesis import given as for_any
from hypothesis import strategies as st

from application.entity import Entity
from application.errors import KeyReused, VersionConflict
from application.ports import Answer, Change, Job, Receipt
from infrastructure.append.batch import Batch, Kept, LogView, decide, encode_job, scope_of
from infrastructure.append.sizes import EVENT
from tests.infrastructure.append.jobs import (
    added,
    adds,
    change,
    job,
    key,
    renamed,
    renames,
    stream,
)

NOW = datetime(2024, 1, 10, 14, 30, tzinfo=UTC)
ANN, BEA, CLEO = stream(), stream(), stream()


def planned(*jobs: Job, view: LogView | None = None, now: datetime = NOW) -> Batch:
    ids = (UUID(int=number) for number in count(1))
    encoded = [encode_job(one, lambda: next(ids), no_rows) for one in jobs]
    return decide(encoded, view or LogView(), now)


def no_rows(_change: Change, _data: int) -> int:
    return 0


def entity_of(batch: Batch, index: int = 0) -> Entity:
    receipt = batch.verdicts[index]
    assert isinstance(receipt, Receipt)
    (entity,) = receipt.entities.values()
    return entity


def outcomes(batch: Batch) -> list[str]:
    return [
        "done" if isinstance(verdict, Receipt) else type(verdict).__name__
        for verdict in batch.verdicts
    ]


def test_positions_go_on_from_the_head_without_a_gap():
    result = planned(adds(ANN), adds(BEA), adds(CLEO), view=LogView(position=41))
    assert [row["position"] for row in result.events] == [42, 43, 44]
    assert result.position == 44


def test_versions_count_through_a_stream():
    result = planned(job(change(ANN, None, added("Ann"), renamed("Ann", "Bea"))))
    assert [row["version"] for row in result.events] == [1, 2]
    assert entity_of(result).version == 2
    assert entity_of(result).state.details.name == "Bea"


def test_a_stream_begun_twice_is_a_conflict_for_the_second():
    result = planned(adds(ANN), adds(ANN), adds(BEA))
    assert outcomes(result) == ["done", "VersionConflict", "done"]
    assert [row["stream"] for row in result.events] == [str(ANN), str(BEA)]
    assert [row["position"] for row in result.events] == [1, 2]


def test_of_two_changes_to_one_version_the_first_wins():
    ann = entity_of(planned(adds(ANN)))
    view = LogView(position=1, versions={str(ANN): 1})
    result = planned(renames(ann, "Bea"), renames(ann, "Cleo"), view=view)
    assert outcomes(result) == ["done", "VersionConflict"]


def test_a_change_to_an_old_version_is_a_conflict_and_names_the_stream():
    ann = entity_of(planned(adds(ANN)))
    view = LogView(position=2, versions={str(ANN): 2})
    (verdict,) = planned(renames(ann, "Bea"), view=view).verdicts
    assert isinstance(verdict, VersionConflict)
    assert verdict.stream == ANN


def test_a_job_may_go_on_where_an_earlier_one_of_the_batch_left_off():
    first = adds(ANN)
    ann = entity_of(planned(first))
    result = planned(first, renames(ann, "Bea"))
    assert outcomes(result) == ["done", "done"]
    assert [row["version"] for row in result.events] == [1, 2]


def test_a_job_that_relied_on_what_has_moved_is_a_conflict():
    view = LogView(position=5, versions={str(ANN): 2})
    result = planned(adds(BEA, relied_on={ANN: 1}), adds(CLEO, relied_on={ANN: 2}), view=view)
    assert outcomes(result) == ["VersionConflict", "done"]


def test_a_job_that_relied_on_a_stream_not_being_there_is_a_conflict_once_it_is():
    result = planned(adds(BEA, relied_on={ANN: 0}), adds(ANN), adds(CLEO, relied_on={ANN: 0}))
    assert outcomes(result) == ["done", "done", "VersionConflict"]


def test_a_job_sees_the_streams_moved_by_jobs_ahead_of_it():
    ann = entity_of(planned(adds(ANN)))
    view = LogView(position=1, versions={str(ANN): 1})
    relied = {ANN: 1}
    result = planned(
        adds(BEA, relied_on=relied), renames(ann, "Bea"), adds(CLEO, relied_on=relied), view=view
    )
    assert outcomes(result) == ["done", "done", "VersionConflict"]


def test_a_job_of_several_streams_is_carried_out_whole_or_not_at_all():
    view = LogView(position=1, versions={str(BEA): 1})
    both = job(change(ANN, None, added()), change(BEA, None, added()))
    result = planned(both, adds(CLEO), view=view)
    assert outcomes(result) == ["VersionConflict", "done"]
    assert [(row["stream"], row["position"]) for row in result.events] == [(str(CLEO), 2)]
    assert outcomes(planned(both, adds(ANN), view=view)) == ["VersionConflict", "done"]


def test_a_job_that_relies_on_something_only_conflicts_or_does_nothing():
    view = LogView(position=1, versions={str(ANN): 1})
    result = planned(job(relied_on={ANN: 1}), job(relied_on={ANN: 0}), view=view)
    assert outcomes(result) == ["done", "VersionConflict"]
    assert result.is_empty


# Time


def test_the_recorded_time_is_that_of_the_clock():
    assert planned(adds()).time == NOW
    assert planned(adds(), view=LogView(recorded_at=NOW - timedelta(days=1))).time == NOW


def test_the_recorded_time_never_goes_back():
    ahead = NOW + timedelta(hours=1)
    assert planned(adds(), view=LogView(recorded_at=ahead)).time == ahead


def test_the_first_event_of_a_command_causes_the_others():
    result = planned(
        job(change(ANN, None, added()), change(BEA, None, added(), renamed("Ann", "B")))
    )
    receipt = result.verdicts[0]
    assert isinstance(receipt, Receipt)
    first, then = receipt.entities[ANN].changed, receipt.entities[BEA]
    assert first.causation is None
    assert (then.created.causation, then.changed.causation) == (first.id, first.id)


# Keys


def answering(body: str):
    return lambda receipt: Answer(201, (), body + str(len(receipt.entities)))


def test_the_second_with_a_key_gets_the_answer_of_the_first():
    result = planned(
        adds(ANN, key=key(), answer=answering("a")), adds(BEA, key=key(), answer=answering("b"))
    )
    first, second = result.verdicts
    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert (first.answer, first.replayed) == (Answer(201, (), "a1"), None)
    assert second.replayed == Answer(201, (), "a1")
    assert len(result.events) == len(result.keys) == 1


def test_a_key_known_from_before_is_answered_from_before():
    known: dict[str, Kept | None] = {scope_of(key()): (b"body", Answer(201, (), "before"))}
    result = planned(adds(key=key()), view=LogView(keys=known))
    assert result.is_empty
    assert result.verdicts[0].replayed == Answer(201, (), "before")  # type: ignore[union-attr]


def test_a_repeat_is_answered_though_its_stream_has_moved_on():
    known: dict[str, Kept | None] = {scope_of(key()): (b"body", Answer(201))}
    view = LogView(position=9, versions={str(ANN): 3}, keys=known)
    assert outcomes(planned(adds(ANN, key=key()), view=view)) == ["done"]


def test_a_key_with_another_body_is_refused_in_its_batch_and_later():
    known: dict[str, Kept | None] = {scope_of(key("old")): (b"body", Answer(201))}
    result = planned(
        adds(key=key("old", b"other")),
        adds(key=key("new")),
        adds(key=key("new", b"other")),
        view=LogView(keys=known),
    )
    assert outcomes(result) == ["KeyReused", "done", "KeyReused"]
    assert isinstance(result.verdicts[0], KeyReused)


def test_a_key_whose_answer_has_expired_is_refused_with_any_body():
    view = LogView(keys={scope_of(key()): None})
    result = planned(adds(key=key()), adds(key=key("k", b"other")), view=view)
    assert outcomes(result) == ["KeyExpired", "KeyExpired"]
    assert result.is_empty


def test_a_key_whose_job_lost_is_free_for_the_next():
    result = planned(
        adds(BEA, relied_on={ANN: 7}, key=key()),
        adds(CLEO, key=key(), answer=answering("c")),
    )
    assert outcomes(result) == ["VersionConflict", "done"]
    assert result.verdicts[1].replayed is None  # type: ignore[union-attr]


def test_a_key_that_changes_nothing_is_kept_with_its_answer():
    result = planned(job(key=key(), answer=answering("same")), view=LogView(position=3))
    assert result.events == []
    assert result.position == 3
    assert not result.is_empty
    assert len(result.keys) == 1


def test_a_job_whose_answer_fails_leaves_no_trace():
    def fails(_: Receipt) -> Answer:
        raise ZeroDivisionError

    result = planned(adds(ANN, key=key(), answer=fails), adds(ANN), adds(BEA, key=key()))
    assert outcomes(result) == ["ZeroDivisionError", "done", "done"]
    assert [row["stream"] for row in result.events] == [str(ANN), str(BEA)]
    assert [row["position"] for row in result.events] == [1, 2]


# All of it, at random


@st.composite
def batches(draw):
    """Jobs of several changes on a handful of streams, some of them out of date."""
    names = [ANN, BEA, CLEO]
    view = LogView(position=draw(st.integers(0, 9)))
    view.versions = {str(name): draw(st.integers(0, 2)) for name in names}
    jobs = []
    for _ in range(draw(st.integers(1, 8))):
        changes = [
            change(name, None, *[added()] * draw(st.integers(1, 2)))
            for name in draw(st.lists(st.sampled_from(names), unique=True, max_size=2))
        ]
        relied = draw(st.lists(st.sampled_from(names), unique=True, max_size=2))
        keyed = draw(st.none() | st.sampled_from([key("a"), key("b"), key("a", b"other")]))
        jobs.append(
            job(
                *changes,
                relied_on={name: draw(st.integers(0, 2)) for name in relied},
                key=keyed,
            )
        )
    return view, jobs


@for_any(batches())
def test_a_batch_accepts_the_jobs_that_one_at_a_time_would(batch):
    view, jobs = batch
    ids = (UUID(int=number) for number in count(1))
    encoded = [encode_job(one, lambda: next(ids), no_rows) for one in jobs]
    together = decide(encoded, _copy(view), NOW)
    alone: list[str] = []
    rows: list[dict[str, object]] = []
    before = _copy(view)
    for one in encoded:
        result = decide([one], before, NOW)
        before.position = result.position
        alone += outcomes(result)
        rows += result.events
    assert outcomes(together) == alone
    assert [_placed(row) for row in together.events] == [_placed(row) for row in rows]
    assert [row["position"] for row in together.events] == list(
        range(view.position + 1, view.position + 1 + len(rows))
    )


def _copy(view: LogView) -> LogView:
    return LogView(view.position, view.recorded_at, dict(view.versions), dict(view.keys))


def _placed(row: dict[str, object]) -> tuple[object, ...]:
    return row["stream"], row["version"], row["position"]


def test_the_size_of_an_encoded_job_is_that_of_its_events_and_rows_in_bytes():
    both = change(ANN, None, added("Ann"), renamed("Ann", "Zoë"))
    encoded = encode_job(job(both), uuid4, lambda one, data: 1_000 * data * (one is both))
    data = "".join(encoded.data).encode()
    assert encoded.size == 1_001 * len(data) + 2 * EVENT
