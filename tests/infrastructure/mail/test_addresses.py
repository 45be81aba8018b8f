"""Addresses in the headers of a mail."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infrastructure.mail.addresses import normalised_email, parse_addresses


def read(value):
    return [(address.name, address.email) for address in parse_addresses(value).found]


def test_plain_forms():
    assert read("ann@example.org") == [(None, "ann@example.org")]
    assert read("Ann Smith <ann@example.org>") == [("Ann Smith", "ann@example.org")]
    assert read("ann@example.org (Ann Smith)") == [("Ann Smith", "ann@example.org")]
    assert read("a@x.org, Bo <b@x.org>") == [(None, "a@x.org"), ("Bo", "b@x.org")]
    assert read("") == []


def test_addresses_are_compared_in_lower_case_without_space_around_them():
    assert read("  Ann <  Ann.Smith@Example.ORG > ") == [("Ann", "ann.smith@example.org")]


def test_names_lose_their_quotes_but_keep_their_commas():
    assert read('"Smith, Ann" <a@x.org>, b@x.org') == [
        ("Smith, Ann", "a@x.org"),
        (None, "b@x.org"),
    ]
    assert read(r'"Ann \"Bee\" Smith" <a@x.org>') == [('Ann "Bee" Smith', "a@x.org")]
    assert read("\"'Ann Smith'\" <a@x.org>") == [("Ann Smith", "a@x.org")]


def test_a_name_that_only_repeats_the_address_is_none():
    assert read('"ann@x.org" <Ann@x.org>') == [(None, "ann@x.org")]


def test_names_are_decoded_after_the_commas_were_found():
    assert read("=?utf-8?Q?M=C3=BCller,_Eva?= <eva@x.de>, b@x.org") == [
        ("Müller, Eva", "eva@x.de"),
        (None, "b@x.org"),
    ]
    assert read('"=?iso-8859-1?Q?Andr=E9?= Dupont" <a@x.fr>') == [("André Dupont", "a@x.fr")]
    assert read("=?utf-8?Q?Smith, Ann?= <a@x.org>") == [("Smith, Ann", "a@x.org")]


def test_an_address_encoded_with_its_name_is_found_all_the_same():
    assert read("=?utf-8?B?QW5uIDxhbm5AeC5vcmc+?=") == [("Ann", "ann@x.org")]


def test_groups_give_their_members():
    assert read("Friends: a@x.org, Bo <b@x.org>;, c@x.org") == [
        (None, "a@x.org"),
        ("Bo", "b@x.org"),
        (None, "c@x.org"),
    ]


@pytest.mark.parametrize(
    "value",
    ["undisclosed-recipients:;", "Undisclosed recipients: ;", "undisclosed-recipients", " , ,"],
)
def test_empty_addresses_are_none_and_not_reported(value):
    assert parse_addresses(value).found == ()
    assert parse_addresses(value).bad == ()


def test_routes_are_left_off():
    assert read("<@relay.org,@other.org:ann@x.org>") == [(None, "ann@x.org")]


def test_semicolons_separate_as_outlook_writes_them():
    assert read("a@x.org; b@x.org") == [(None, "a@x.org"), (None, "b@x.org")]


def test_an_unquoted_comma_in_a_name_is_put_back():
    assert read("Smith, Ann <a@x.org>, b@x.org") == [("Smith, Ann", "a@x.org"), (None, "b@x.org")]


def test_a_forgotten_comma_is_put_back():
    assert read("Ann <a@x.org> Bo <b@x.org>") == [("Ann", "a@x.org"), ("Bo", "b@x.org")]


def test_a_name_and_an_address_without_brackets():
    assert read("Ann Smith ann@x.org") == [("Ann Smith", "ann@x.org")]
    assert read("Ann [mailto:ann@x.org]") == [("Ann", "ann@x.org")]


@pytest.mark.parametrize(
    "value",
    [
        "<<a@x.org>>",
        "<a@x.org",
        "a@x.org>",
        "mailto:a@x.org",
        "'a@x.org'",
        "a @ x . org",
        "a@x.org.",
    ],
)
def test_broken_brackets_and_decorations_are_taken_off(value):
    assert read(value) == [(None, "a@x.org")]


def test_comments_nest_and_an_endless_one_is_plain_text():
    assert read("a@x.org (Ann (from work))") == [("Ann (from work)", "a@x.org")]
    assert read("Ann :( <a@x.org>, b@x.org") == [("Ann :(", "a@x.org"), (None, "b@x.org")]


def test_an_endless_quote_swallows_nobody():
    assert read('"Ann <a@x.org>, Bo <b@x.org>') == [("Ann", "a@x.org"), ("Bo", "b@x.org")]


def test_quoted_local_parts_stay_if_they_must():
    assert read('"ann smith"@x.org') == [(None, '"ann smith"@x.org')]
    assert read('"ann"@x.org') == [(None, "ann@x.org")]


def test_domains_outside_ascii_get_their_one_wire_form():
    assert read("eva@müller.example") == [(None, "eva@xn--mller-kva.example")]
    assert read("eva@xn--mller-kva.example") == read("eva@MÜLLER.example")
    assert read("eva@ｍüller。example") == read("eva@müller.example")


@pytest.mark.parametrize(
    ("domain", "encoded"),
    [("straße.example", "xn--strae-oqa.example"), ("βόλος.example", "xn--nxasmm1c.example")],
)
def test_letters_that_idna_of_2003_replaced_are_kept(domain, encoded):
    assert read(f"eva@{domain}") == [(None, f"eva@{encoded}")]


@pytest.mark.parametrize("domain", ["-ü.example", "a\u200db.example", "ü" * 70, "ü..example"])
def test_a_domain_that_cannot_be_encoded_is_reported(domain):
    parsed = parse_addresses(f"eva@{domain}")
    assert (parsed.found, len(parsed.bad)) == ((), 1)


def test_domain_literals_and_local_hosts_are_addresses():
    assert read("a@[192.0.2.1], root@localhost") == [
        (None, "a@[192.0.2.1]"),
        (None, "root@localhost"),
    ]


@pytest.mark.parametrize(
    "value", ["root", "Mail System", "a@b@c", "a@x..org", "@x.org", "a@", "<>"]
)
def test_a_malformed_address_is_reported(value):
    parsed = parse_addresses(f"{value}, ann@x.org")

    assert parsed.found[-1].email == "ann@x.org"
    assert parsed.bad == (f"'{value}'",)


@settings(deadline=None)
@given(st.text())
def test_no_text_raises_and_what_is_found_is_normal(value):
    parsed = parse_addresses(value)

    for address in parsed.found:
        assert normalised_email(address.email) == address.email
        assert address.name is None or address.name.strip()


@settings(deadline=None)
@given(st.lists(st.sampled_from([*'<>()",;:@.[]\\ =?aQB', "=?utf-8?Q?", "?=", "a@b"])))
def test_no_mixture_of_signs_raises(pieces):
    parse_addresses("".join(pieces))
