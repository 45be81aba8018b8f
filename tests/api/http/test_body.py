"""The one parser of bodies: the JSON that it takes, and one refusal for the rest."""

import json
import time
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.http import body as module
from api.http.body import DEEPEST, LONGEST_NUMBER, MOST_VALUES, MalformedJson, parse

# A busy machine is no reason to fail.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def reason_for(body):
    with pytest.raises(MalformedJson) as refusal:
        parse(body)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, -2.5, 1e3, true, false, null]}', {"a": [1, -2.5, 1e3, True, False, None]}),
        (b" \t\r\n{} \t\r\n", {}),
        (b"[]", []),
        (b'"x"', "x"),
        (b"0", 0),
        (b"-0", 0),
        (b"null", None),
        ('"Zoë 😀"'.encode(), "Zoë 😀"),
        (rb'"Zo\u00eb \ud83d\ude00"', "Zoë 😀"),
        (rb'"\\ud800 \\u0000"', r"\ud800 \u0000"),
        (rb'"\" \\ \/ \b \f \n \r \t \u0001"', '" \\ / \b \f \n \r \t \x01'),
        (b'{"a": {"a": 1}}', {"a": {"a": 1}}),
        (b"9223372036854775807", 2**63 - 1),
        (b"-9223372036854775808", -(2**63)),
        (b"1e-999", 0.0),
        (b"1.7976931348623157e308", 1.7976931348623157e308),
    ],
)
def test_a_body_valid_by_rfc_8259_is_parsed(body, value):
    assert parse(body) == value
    assert type(parse(body)) is type(value)


@pytest.mark.parametrize("body", [b"", b" ", b"\n\t\r "])
def test_an_empty_body_is_refused(body):
    assert reason_for(body) == "The body is empty."


@pytest.mark.parametrize(
    "body",
    [
        b'"\xff"',
        b'"\xc3"',
        b'"\xc0\x80"',
        b'"\xed\xa0\x80"',
        '"é"'.encode("latin-1"),
        '{"a": 1}'.encode("utf-16"),
    ],
)
def test_anything_but_utf_8_is_refused(body):
    assert reason_for(body) == "The body is not valid UTF-8."


def test_a_byte_order_mark_is_refused():
    assert reason_for(b"\xef\xbb\xbf{}") == "The body starts with a byte order mark."


@pytest.mark.parametrize("body", [b"NaN", b'{"a": Infinity}', b"[-Infinity]"])
def test_nan_and_infinity_are_refused(body):
    assert reason_for(body) == "The body holds NaN or Infinity, which are not JSON."


@pytest.mark.parametrize(
    "body",
    [
        b"1e999",
        b"-1e999",
        b"9223372036854775808",
        b"-9223372036854775809",
        b"[1" + b"0" * 30 + b"]",
        b"9" * 100_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_numbers_beyond_64_bits_are_refused(body):
    assert reason_for(body) == "A number in the body is beyond 64 bits."


def test_very_long_numbers_are_refused_whatever_their_value():
    assert parse(b"0." + b"1" * (LONGEST_NUMBER - 2)) == pytest.approx(1 / 9)
    assert "64 characters" in reason_for(b"0." + b"1" * (LONGEST_NUMBER - 1))


@pytest.mark.parametrize(
    "body",
    [b'{"a": 1, "a": 1}', b'[{"b": {"a": 1, "x": 2, "a": 3}}]', rb'{"a": 1, "\u0061": 2}'],
)
def test_a_name_given_twice_is_refused(body):
    assert reason_for(body) == "An object in the body has the same name twice."


@pytest.mark.parametrize(
    "body",
    [
        rb'"\u0000"',
        rb'"a\\\u0000"',
        rb'{"a\u0000": 1}',
        rb'"\ud800"',
        rb'"\uDFFF"',
        rb'"\ude00\ud83d"',
        rb'{"\ud800": 1}',
        rb'[{"a": [{"b": "\udc00"}]}]',
    ],
)
def test_nul_and_halves_of_surrogate_pairs_are_refused_in_values_and_names(body):
    assert reason_for(body) == "A text in the body holds NUL or half a surrogate pair."


@pytest.mark.parametrize("body", [b'"\x00"', b'{"a\x00": 1}', b"{}\x00", b'"\n"', b'"\x1f"'])
def test_control_characters_that_are_not_escaped_are_refused(body):
    assert "not valid JSON" in reason_for(body)


@pytest.mark.parametrize(
    "body",
    [
        *(b"{", b"}", b"{} {}", b"{}x", b"[1,]", b'{"a"}', b"{'a': 1}", b"// hi\n{}"),
        *(b"01", b"1.", b".5", b"+1", b"0x10", "\u0661".encode()),
        *(b"tru", b"True", b'"', b'"\\', b'"\\x"', b'"\\u12"'),
        *(b"\x0b{}", "\u00a0{}".encode(), "{}\u2028".encode()),
    ],
)
def test_a_body_that_is_not_json_is_refused(body):
    assert "not valid JSON" in reason_for(body)


def test_the_refusal_says_where():
    assert reason_for(b'{\n  "a": }') == "The body is not valid JSON (line 2, column 8)."
    assert reason_for(b"{} x") == "The body is not valid JSON (line 1, column 3)."


@pytest.mark.parametrize(
    ("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")]
)
def test_nesting_has_a_limit(opening, closing):
    times = DEEPEST // (opening.count(b"[") + opening.count(b"{"))

    parse(opening * times + b"1" + closing * times)
    for more in (1, 5_000):
        deeper = opening * (times + more) + b"1" + closing * (times + more)
        assert reason_for(deeper) == "The body is nested more than 32 levels deep."


def test_brackets_that_never_close_are_refused_however_many():
    for body in (b"[" * 100_000, b'{"a":' * 100_000, b"[" * 40, b"]" * 40):
        assert reason_for(body)


def test_many_brackets_beside_each_other_or_in_strings_are_no_nesting():
    assert parse(b"[" + b"[],{}," * 1000 + b"1]") == [[], {}] * 1000 + [1]
    assert parse(json.dumps(["[" * 1000, '"]\\' * 100]).encode()) == ["[" * 1000, '"]\\' * 100]


@pytest.mark.parametrize("value", [b"1", b"{}", b"[]", b'""', b'{"a,":"[{"}', rb'"\",{["'])
def test_the_number_of_values_has_a_limit(value):
    inner = value.count(b"{") if value == b'{"a,":"[{"}' else 0  # a member is a value of its own
    most = MOST_VALUES // (1 + inner) - 1
    parse(b"[" + b",".join([value] * (most // 2)) + b"]")
    refused = b"[" + b",".join([value] * (MOST_VALUES + 1)) + b"]"
    assert reason_for(refused) == "The body has more than 20000 values."


def test_commas_and_brackets_in_texts_are_no_values():
    text = ',[{"\\' * MOST_VALUES
    assert parse(json.dumps([text, {"a": text}]).encode()) == [text, {"a": text}]


def test_a_mutant_without_the_limit_parses_any_number_of_values(monkeypatch):
    monkeypatch.setattr(module, "MOST_VALUES", 1 << 30)
    assert parse(b"[" + b"1," * MOST_VALUES + b"1]") == [1] * (MOST_VALUES + 1)


@pytest.mark.parametrize(
    "body",
    [
        *(b"[" * 200_000, b"[" + b"[]," * 66_000 + b"0]", b"9" * 200_000, b"-" * 200_000),
        *(b'"' * 200_000, b'"' + b'\\"' * 100_000, b'{"' + b"\\" * 199_999),
        b'"' + b"\\u0000" * 33_000 + b'"',
        b"[" * 40 + b'"' + b'\\"' * 100_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_no_body_takes_long(body):
    started = time.process_time()
    with suppress(MalformedJson):
        parse(body)

    assert time.process_time() - started < 10


@pytest.mark.parametrize("body", [b"s3cr3t", b'{"s3cr3t": 1, "s3cr3t": 2}', b'"s3cr3t'])
def test_the_input_is_not_echoed(body):
    assert "s3cr3t" not in reason_for(body)


_text = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _text,
    lambda inner: st.lists(inner) | st.dictionaries(_text, inner),
    max_leaves=30,
)


@unhurried
@given(_values, st.booleans())
def test_values_written_by_json_are_read_back_equal(value, ascii_only):
    assert parse(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


_pieces = st.lists(
    st.sampled_from(
        [
            *(b"{", b"}", b"[", b"]", b'"', b":", b",", b'"a":', b" ", b"\xff", b"\x00"),
            *(b"\\", b"\\u", b"d800", b"0000", b"1", b"e9", b"-", b".", b"9" * 19),
            *(b"NaN", b"Infinity", b"null"),
        ]
    )
).map(b"".join)


@unhurried
@given(st.one_of(st.binary(), _pieces))
@example(b"\xef\xbb\xbf")
@example(b'{"a": ' + b"[" * 5000)
def test_no_bytes_cause_anything_but_a_value_or_malformed_json(body):
    with suppress(MalformedJson):
        value = parse(body)
        assert value == json.loads(body)
        assert json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
