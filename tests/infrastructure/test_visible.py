"""Nothing that is printed or logged moves a cursor, forges a line or turns letters round."""

import io
import json
import logging
import sys
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.logs import log_to_standard_error
from infrastructure.visible import VisibleFormatter, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\u001b[31mred"),
        ("\x9b31mred", r"\u009b31mred"),
        ("\x1b]0;title\x07", r"\u001b]0;title\u0007"),
        ("abc\rxyz\b", r"abc\rxyz\b"),
        ("one\ntwo", r"one\ntwo"),
        ("one\u2028two\x85", r"one\u2028two\u0085"),
        ("gpj.\u202efdp", r"gpj.\u202efdp"),
        ("\u2066a\u2069\u200f", r"\u2066a\u2069\u200f"),
        ("a\u200bb\ufeff\xad", r"a\u200bb\ufeff\u00ad"),
        ("\x7f\x00", r"\u007f\u0000"),
        ("\udc80", r"\udc80"),
        ("\U000e0041", r"\udb40\udc41"),
    ],
)
def test_a_character_that_is_no_letter_is_escaped(text: str, shown: str):
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text", ["Größe 10 €", "名前", "a\xa0b\u202fc\u3000d", "😀 x̂", "C:\\new", ""]
)
def test_readable_text_stays_as_it_is(text: str):
    assert visible(text) == text


@given(st.text(st.characters()))
def test_visible_text_is_printable_and_visible_again(text: str):
    once = visible(text)
    assert all(category(one)[0] != "C" and category(one) not in {"Zl", "Zp"} for one in once)
    assert visible(once) == once


@given(st.dictionaries(st.text(), st.lists(st.text(), max_size=3), max_size=3))
def test_a_visible_document_has_the_same_values(document: object):
    text = json.dumps(document, ensure_ascii=False, indent=1)
    assert json.loads(visible(text, keep="\n")) == document


def logged(*message: object, exc_info: bool = False) -> str:
    text, *of = message
    caught = sys.exc_info() if exc_info else None
    record = logging.LogRecord("outside", logging.ERROR, "", 0, str(text), tuple(of), caught)
    return VisibleFormatter("%(levelname)s: %(message)s").format(record)


def test_a_logged_message_is_one_line():
    assert logged("%s said\n%s", "eve\x1b[2J", "ERROR: forged") == (
        r"ERROR: eve\u001b[2J said\nERROR: forged"
    )


def test_a_logged_traceback_keeps_its_lines_and_nothing_else():
    try:
        raise ValueError("\x1b[2Jcleared")
    except ValueError:
        said = logged("it failed", exc_info=True)
    assert said.splitlines()[0] == "ERROR: it failed"
    assert said.splitlines()[-1] == r"ValueError: \u001b[2Jcleared"


def test_other_handlers_get_the_message_as_it_is():
    record = logging.LogRecord("outside", logging.ERROR, "", 0, "%s", ("\x1b",), None)
    VisibleFormatter().format(record)
    assert record.getMessage() == "\x1b"


def test_the_handlers_of_the_command_line_write_visible_lines(monkeypatch: pytest.MonkeyPatch):
    root = logging.RootLogger(logging.WARNING)
    monkeypatch.setattr(logging, "root", root)
    monkeypatch.setattr(sys, "stderr", error := io.StringIO())
    log_to_standard_error()
    root.warning("a\x1bb")
    assert error.getvalue() == "WARNING root: a\\u001bb\n"
