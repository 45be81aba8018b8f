"""An address has one normal form, however it is written."""

import time

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.mail_address import LONGEST, normal
from tests.domain.anything import addresses


@pytest.mark.parametrize(
    "written",
    [
        "ann@exämple.com",
        "ann@xn--exmple-cua.com",
        "Ann@EXÄMPLE.com",
        "ann@exa\u0308mple.com",
        "ann@ｅｘäｍｐｌｅ。com",
        " ann@exämple.com\t\n",
        "\u00a0\u200bann@exämple.com\ufeff",
        "ann @ exämple.com",
        '"ann"@exämple.com',
    ],
)
def test_spellings_of_one_address_have_one_normal_form(written: str):
    assert normal(written) == "ann@xn--exmple-cua.com"


def test_a_local_part_is_composed_and_in_lower_case():
    assert normal("JOSE\u0301@example.net") == normal("josé@example.net") == "josé@example.net"


@pytest.mark.parametrize(
    ("domain", "encoded"),
    [("straße.example", "xn--strae-oqa.example"), ("βόλος.example", "xn--nxasmm1c.example")],
)
def test_letters_that_idna_of_2003_replaced_are_kept(domain: str, encoded: str):
    assert normal(f"eva@{domain}") == f"eva@{encoded}"


@pytest.mark.parametrize(
    "address",
    ["root@localhost", "a@[192.0.2.1]", "a@[ipv6:2001:db8::1]", '"a b"@x.org', "a..b@x.y"],
)
def test_unusual_addresses_are_addresses(address: str):
    assert normal(address) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ann",
        "@x.org",
        "ann@",
        "a@b@c",
        "ann lee@x.org",
        "Ann <ann@x.org>",
        "mailto:ann@x.org",
        "ann@x.org, bo@x.org",
        "ann@x..org",
        "ann@x.org.",
        "ann@-ü.example",
        "ann@ü..example",
        "ann@a\u200db.example",
        "an\x00n@x.org",
        "an\ud800n@x.org",
        "ann@\ud800.org",
        f"ann@{'a' * 64}.org",
        f"ann@{'ü' * 60}.org",
    ],
)
def test_a_text_that_cant_be_an_address_has_no_normal_form(text: str):
    assert normal(text) is None


def test_an_address_has_at_most_254_octets():
    longest = f"{'a' * (LONGEST - 6)}@x.org"
    assert normal(longest) == longest
    assert normal(f"a{longest}") is None
    assert normal(f"{'é' * (LONGEST // 2)}@x.org") is None


@given(st.text() | addresses | st.text().map(lambda local: f"{local}@x.org"))
def test_a_normal_form_is_its_own_normal_form(text: str):
    address = normal(text)
    assert address is None or normal(address) == address


def test_every_character_of_a_local_part_has_a_stable_normal_form():
    for start in range(0, 0x110000, 64):
        text = "".join(map(chr, range(start, start + 64)))
        for address in filter(None, (normal(f"{one}@x.org") for one in text)):
            assert normal(address) == address


@pytest.mark.parametrize("piece", ["a", "ü", "\ufdfa", "한", "ü.", "\u0301", "\u200d", "。ü", '"'])
def test_a_long_text_takes_no_long_time(piece: str):
    text = piece * (1_000_000 // len(piece))
    begun = time.monotonic()
    for length in (500, 1_000_000):
        normal(f"a@{text[: length - 2]}")
        normal(f"{text[: length - 6]}@x.org")
    assert time.monotonic() - begun < 2


def test_a_label_that_is_too_long_isnt_encoded(monkeypatch: pytest.MonkeyPatch):
    encoded: list[str] = []
    monkeypatch.setattr(idna, "encode", encoded.append)
    label = "".join(chr(0x4E00 + place) for place in range(64))
    assert normal(f"ann@{label}.example") is None
    assert encoded == []
