"""The agenda's marked block inside descriptions that are HTML."""

import time

import pytest

from infrastructure.calendars.html_agenda import has_agenda, html_with_agenda, is_html, text_of
from infrastructure.calendars.icalendar.agenda import BEGINS, ENDS, with_agenda, without_agenda

BODY = "<html><head><style>p{}</style></head>\r\n<body><p>Hi &amp; all</p></body></html>"


@pytest.mark.parametrize("html", ["", "Notes", "a<br>b", BODY])
@pytest.mark.parametrize("agenda", [(), ("One",), ("Next & <last>", "  of   all ")])
def test_an_agenda_is_written_replaced_and_taken_away_again(html: str, agenda: tuple[str, ...]):
    written = html_with_agenda(html, agenda)
    assert has_agenda(written, agenda)
    assert html_with_agenda(written, agenda) == written
    assert without_agenda(text_of(written)) == text_of(html)
    assert html_with_agenda(written, ()) == html_with_agenda(html, ())
    other = html_with_agenda(written, ("Other",))
    assert other == html_with_agenda(html, ("Other",))
    assert other.count(BEGINS) == 1


def test_a_plain_block_that_was_made_html_is_the_same_agenda():
    plain = with_agenda("Notes", ("One", "Two"))
    html = f"<html><body><div>{plain}</div></body></html>".replace("\n", "<br>\r\n")
    assert has_agenda(plain, ("One", "Two"))
    assert has_agenda(html, ("One", "Two"))
    assert not has_agenda(html, ("One",))
    assert "One" not in html_with_agenda(html, ())


def test_a_mark_without_its_end_is_text():
    assert not has_agenda(f"{BEGINS}\n- One", ("One",))
    assert html_with_agenda(f"a {BEGINS} b", ()) == f"a {BEGINS} b"
    assert html_with_agenda(f"{ENDS} a {BEGINS}", ()) == f"{ENDS} a {BEGINS}"


def test_plain_text_is_no_html():
    assert not is_html("a < b, c > d & e\n- f")
    assert is_html("a<br>b")
    assert is_html("a &amp; b")


@pytest.mark.parametrize("piece", ["\n", "<", "<br>", "&", BEGINS, "<br", "</head", "<a <"])
def test_hostile_descriptions_take_little_time(piece: str):
    hostile = piece * (1_000_000 // len(piece))
    begun = time.process_time()
    text_of(hostile), has_agenda(hostile, ("One",)), is_html(hostile)
    html_with_agenda(hostile, ("One",))
    assert time.process_time() - begun < 10
