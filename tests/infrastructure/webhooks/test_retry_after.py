"""The time after which an endpoint may be tried again."""

import pytest

from infrastructure.outside.retry_after import retry_after


@pytest.mark.parametrize(
    ("said", "seconds"), [(b"900", 900), (b" 0 ", 0), (b"9" * 40, 999_999_999)]
)
def test_seconds_are_taken_as_they_are_within_bounds(said, seconds):
    assert retry_after(said) == seconds


def test_a_date_that_has_passed_is_now():
    assert retry_after(b"Wed, 21 Oct 2015 07:28:00 GMT") == 0


@pytest.mark.parametrize(
    "said",
    [b"soon", b"-1", b"", b"\xff", b"Mon, 99999999999999999999 Jan 2024 00:00:00 GMT"],
)
def test_a_malformed_retry_after_is_ignored(said):
    assert retry_after(said) is None
