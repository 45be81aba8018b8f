"""Notes of mails, by what they are about."""

import pytest

from infrastructure.mail.importing import oddity


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        ("to: not an address: bob at x", "something that isn't an address among the addresses"),
        ("subject: unknown charset x", "unknown charset x in the header"),
        ("body not in its declared charset 'X'", "body not in its declared charset"),
        ("612 participants, of whom 500 are kept", "more participants, of whom 500 are kept"),
        ("message id can't be read: <<>>", "message id can't be read"),
        ("no message id", "no message id"),
    ],
)
def test_an_oddity_omits_the_part_that_varies_by_mail(note, kind):
    assert oddity(note, "date") == kind


@pytest.mark.parametrize("note", ["no date", "date can't be read: x", "date is in the future: x"])
def test_an_oddity_of_a_date_names_its_replacement(note):
    assert oddity(note, "envelope").endswith("; the date of the mailbox's From line was taken")
