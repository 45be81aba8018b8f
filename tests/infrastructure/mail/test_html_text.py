"""Text out of HTML."""

import time
import tracemalloc

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


def test_frames_hide_their_content_and_noscript_shows_its_own():
    assert text_of("a<iframe><b>x</b></iframe>b") == "ab"
    assert text_of("a<noscript><b>x</b></noscript> <NoScript >y") == "ax y"


def test_text_after_an_endless_script_is_left_out_and_an_svg_script_may_be_empty():
    assert text_of("a<script>b<p>c") == "a"
    assert text_of("a<svg><script/></svg>b") == "ab"


@pytest.mark.parametrize("attribute", ['"a > b"', "'a > b'", "'a\"> b'"])
def test_a_sign_in_an_attribute_ends_no_tag(attribute):
    assert text_of(f"<img alt={attribute}>text") == "text"


@pytest.mark.parametrize(
    "comment", ["<!-- b -->", "<!-- b --!>", "<!-->", "<!--->", "<!b>", "<?b>"]
)
def test_comments_end_where_the_standard_ends_them(comment):
    assert text_of(f"a{comment}c --> d {comment}e --!> f") == "ac --> d e --!> f"


def test_an_angle_bracket_without_a_tag_is_text():
    assert text_of("1 < 2 and I <3 you") == "1 < 2 and I <3 you"


def test_an_unfinished_tag_is_no_text():
    assert text_of("unfinished <a href=") == "unfinished"


def test_table_cells_stand_apart():
    assert text_of("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>") == "a b\n\nc"


@pytest.mark.parametrize(
    "pattern",
    [
        *("<!--", "<a ", "<", "</", '<a b="', '<a">', "<script>", "&#", "<p>", "<!", " "),
        *("<!--x-->", "<!--x--!>", "<b>", "</x>", "<svg><p>", "<noscript>", "<![CDATA["),
    ],
)
def test_hostile_markup_takes_time_in_proportion(pattern):
    source = pattern * (400_000 // len(pattern))
    started = time.process_time()

    text_of(source)

    assert time.process_time() - started < 10


def test_formatting_elements_are_not_multiplied_by_paragraphs():
    source = "<p>" + "".join(f"<b a{n}>" for n in range(4_000)) + "</p>" + "<p>x" * 4_000

    tracemalloc.start()
    try:
        text_of(source)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/!-?\"'&#;x1 apbr\n")) | st.text())
def test_no_markup_raises(source):
    text_of(source)
