"""A cache is bounded by the bytes of what it holds, as well as by their number."""

import pytest

from domain.record import Participant, People, Said
from infrastructure.weighed import WeighedCache, weight_of
from tests.domain.samples import LOGGED, record
from tests.projections.given import steps

TEXT = "x" * 100_000


def test_the_weight_of_an_entity_is_that_of_its_texts():
    (plain,) = steps(LOGGED)
    large = record(
        said=Said(notes=TEXT), people=People(participants=(Participant(name=TEXT[:500]),))
    )
    (heavy,) = steps(LOGGED.model_copy(update={"record": large}))
    assert weight_of(plain.after) < 10_000
    assert 100_500 < weight_of(heavy.after) < 110_000
    assert weight_of({"changes": [TEXT, (TEXT, None)]}) > 200_000


def test_the_least_recently_used_values_go_beyond_the_bytes():
    cache = WeighedCache[int, str](100, 350_000)
    for number in range(3):
        cache.put(number, TEXT)
    assert cache.get(0) == TEXT
    cache.put(3, TEXT)
    assert list(cache) == [2, 0, 3]
    cache.put(0, "light")
    cache.put(4, TEXT)
    assert list(cache) == [2, 3, 0, 4]


def test_the_number_of_values_is_bounded():
    cache = WeighedCache[int, str](3, 350_000)
    for number in range(10):
        cache.put(number, "")
    assert list(cache) == [7, 8, 9]


def test_a_value_beyond_the_bytes_is_kept_alone():
    cache = WeighedCache[int, str](3, 50_000)
    cache.put(1, "light")
    cache.put(2, TEXT)
    assert list(cache) == [2]
    cache.pop(2)
    cache.put(3, "light")
    cache.put(4, "light")
    assert list(cache) == [3, 4]


@pytest.mark.parametrize("most", [1 << 60])
def test_a_mutant_without_bytes_keeps_everything(most: int):
    cache = WeighedCache[int, str](100, most)
    for number in range(50):
        cache.put(number, TEXT + str(number))
    assert len(cache) == 50
