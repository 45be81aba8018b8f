"""A sealed value opens at its place, with its key, unchanged; and nowhere else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.sealing import keys as sealing
from infrastructure.sealing.errors import NoSecretKeys, Unopened
from infrastructure.sealing.keys import Keys

OLD, NEW = ("old", bytes(32)), ("new", bytes(range(32)))
KEYS = Keys([NEW, OLD])
PLACE = ("1", "webhook/7", "secret")
ELSEWHERE = [
    ("2", "webhook/7", "secret"),
    ("1", "webhook/8", "secret"),
    ("1", "account/7", "secret"),
    ("1", "webhook/7", "address"),
]


@given(st.text())
def test_every_text_opens_at_its_place(value: str):
    sealed = KEYS.seal(value, *PLACE)
    assert KEYS.open(sealed, *PLACE) == value
    assert sealed.isascii()


@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_value_that_was_moved_doesnt_open(place):
    with pytest.raises(Unopened, match="doesn't open"):
        KEYS.open(KEYS.seal("whsec_1", *PLACE), *place)


@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_mutant_without_additional_data_is_detected(monkeypatch, place):
    monkeypatch.setattr(sealing, "_place", lambda *_: None)
    assert KEYS.open(KEYS.seal("whsec_1", *PLACE), *place) == "whsec_1"


@given(st.data())
def test_a_value_that_was_changed_doesnt_open(data: st.DataObject):
    head, key, text = KEYS.seal("whsec_1", *PLACE).split(":")
    content = bytearray(base64.b64decode(text))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unopened, match="doesn't open"):
        KEYS.open(f"{head}:{key}:{base64.b64encode(content).decode()}", *PLACE)


@pytest.mark.parametrize("text", ["", "=", "AAAA", "ä", "A" * 15])
def test_a_value_that_was_cut_doesnt_open(text):
    with pytest.raises(Unopened):
        KEYS.open(f"sealed:new:{text}", *PLACE)


def test_one_value_is_sealed_differently_each_time():
    assert len({KEYS.seal("whsec_1", *PLACE) for _ in range(100)}) == 100


def test_the_first_key_seals_and_every_key_opens():
    former = Keys([OLD]).seal("whsec_1", *PLACE)
    assert KEYS.open(former, *PLACE) == "whsec_1"
    assert KEYS.seal("whsec_1", *PLACE).startswith(KEYS.prefix)
    assert KEYS.prefix == "sealed:new:"


def test_a_missing_key_is_named():
    with pytest.raises(Unopened, match="needs the key new"):
        Keys([OLD]).open(KEYS.seal("whsec_1", *PLACE), *PLACE)


def test_another_key_under_the_same_id_doesnt_open():
    with pytest.raises(Unopened, match="doesn't open"):
        Keys([("new", bytes(32))]).open(KEYS.seal("whsec_1", *PLACE), *PLACE)


def test_no_key_seals_nothing():
    with pytest.raises(NoSecretKeys, match="KITH_SECRET_KEYS"):
        Keys().seal("whsec_1", *PLACE)


def test_a_plain_value_doesnt_open():
    with pytest.raises(Unopened, match="isn't sealed"):
        KEYS.open("whsec_1", *PLACE)


def test_no_message_holds_the_secret():
    for sealed in ("whsec_1", "sealed:other:whsec_1", "sealed:new:whsec_1"):
        with pytest.raises(Unopened) as caught:
            KEYS.open(sealed, *PLACE)
        assert "whsec_1" not in str(caught.value)
