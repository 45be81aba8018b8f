"""Text out of HTML."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infrastructure.mail.html_text import text_of


def test_paragraphs_and_lines_are_kept():
    assert text_of("<p>Dear Ann,</p><p>first<br>second</p>") == "Dear Ann,\n\nfirst\nsecond"


def test_source_line_ends_and_spaces_mean_nothing():
    assert text_of("one\n   two&nbsp; three") == "one two three"


def test_references_are_characters_and_never_tags():
    assert text_of("a &lt;b&gt; &amp;amp; &#8364; &eacute;") == "a <b> &amp; € é"
    assert text_of("&#" + "9" * 5_000 + ";") == "\ufffd"


def test_titles_styles_comments_and_scripts_are_left_out():
    source = "<title>x</title><STYLE>p {}</Style>a<!-- b --><script>if (a<b) c</script>d"
    assert text_of(source) == "ad"


def test_a_sign_in_an_attribute_ends_no_tag():
    assert text_of('<img alt="a > b">text') == "text"


def test_an_angle_bracket_without_a_tag_is_text():
    assert text_of("1 < 2 and I <3 you") == "1 < 2 and I <3 you"
    assert text_of("unfinished <a href=") == "unfinished <a href="


def test_table_cells_stand_apart():
    assert text_of("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>") == "a b\n\nc"


@pytest.mark.parametrize(
    "pattern", ["<!--", "<a ", "<", "</", '<a b="', '<a">', "<script>", "&#", "<p>", "<!", " "]
)
def test_hostile_markup_takes_no_time(pattern):
    source = pattern * (400_000 // len(pattern))
    started = time.perf_counter()

    text_of(source)

    assert time.perf_counter() - started < 30


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/!-?\"'&#;x1 apbr\n")) | st.text())
def test_no_markup_raises(source):
    text_of(source)
