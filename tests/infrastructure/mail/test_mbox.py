"""A mailbox file is cut into messages."""

import gzip

import pytest

from infrastructure.mail import mbox
from infrastructure.mail.mbox import MailboxError, RawMessage, read_messages

STAMP = b"Thu Aug 22 12:36:23 2002\n"


def letter(number, body=b"Hello.\n", stamp=STAMP):
    return b"From ann@example.org " + stamp + b"Subject: %d\n\n" % number + body + b"\n"


@pytest.fixture
def mailbox(tmp_path):
    def write(data, name="box.mbox"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def test_messages_come_in_order_with_their_place(mailbox):
    first, second = letter(1), letter(2)

    messages = list(read_messages(mailbox(first + second)))

    assert [(m.ordinal, m.offset, m.size, m.raw) for m in messages] == [
        (1, 0, len(first), first),
        (2, len(first), len(second), second),
    ]


def test_a_gzipped_mailbox_reads_as_the_plain_one_whatever_its_name(mailbox):
    data = letter(1) + letter(2)

    plain = list(read_messages(mailbox(data)))

    assert list(read_messages(mailbox(gzip.compress(data), "box.mbox"))) == plain


def test_crlf_line_ends_split_as_well(mailbox):
    data = (letter(1) + letter(2)).replace(b"\n", b"\r\n")

    assert b"".join(m.raw or b"" for m in read_messages(mailbox(data))) == data
    assert len(list(read_messages(mailbox(data)))) == 2


def test_from_in_the_middle_of_a_paragraph_starts_nothing(mailbox):
    body = b"He said\nFrom ann@example.org Thu Aug 22 12:36:23 2002\nand left.\n"

    assert len(list(read_messages(mailbox(letter(1, body))))) == 1


def test_an_unquoted_from_in_prose_starts_nothing(mailbox):
    body = b"Hello.\n\nFrom the beginning it was clear\nthat nobody would come.\n"

    assert [m.raw for m in read_messages(mailbox(letter(1, body)))] == [letter(1, body)]


@pytest.mark.parametrize(
    "line",
    [
        b"From 1234567890@xxx Thu Aug 22 12:36:23 +0000 2002\n",
        b"From - Thu Aug 22 12:36:23 2002\n",
        b"From MAILER-DAEMON Thu Aug 22 12:36 EDT 2002\n",
        b"From \n",
        b"From ann@example.org\n",
    ],
)
def test_separators_of_many_programs_are_known(mailbox, line):
    data = letter(1) + line + b"Subject: 2\n\nHello.\n"

    assert len(list(read_messages(mailbox(data)))) == 2


def test_quoted_from_lines_lose_one_sign(mailbox):
    (message,) = read_messages(mailbox(letter(1, b">From here\n>>From there\n> From you\n")))

    assert message.raw is not None
    assert message.raw.endswith(b"\n\nFrom here\n>From there\n> From you\n\n")


@pytest.mark.parametrize("limit", [64, 74, 100, 1000])
def test_lines_longer_than_a_piece_make_no_difference(mailbox, monkeypatch, limit):
    body = b"x" * 36 + b" From me at 0:00 in 2002\n\nFrom me\n"
    data = b"".join(letter(n, b"x" * (n * 37) + body) for n in range(12))
    whole = list(read_messages(mailbox(data)))
    monkeypatch.setattr(mbox, "_LINE_LIMIT", limit)

    assert list(read_messages(mailbox(data))) == whole
    assert len(whole) == 12


def test_an_oversized_message_keeps_its_place_but_not_its_bytes(mailbox, monkeypatch):
    monkeypatch.setattr(mbox, "MESSAGE_LIMIT", 5_000)
    big = letter(2, b"all work and no play\n" * 5_000)

    messages = list(read_messages(mailbox(letter(1) + big + letter(3))))

    assert [m.raw is None for m in messages] == [False, True, False]
    assert (messages[1].offset, messages[1].size) == (len(letter(1)), len(big))
    assert messages[2].offset == len(letter(1) + big)
    assert messages[2].raw == letter(3)


@pytest.mark.parametrize("data", [b"", b"\n\n\n", b"\xef\xbb\xbf"])
def test_an_empty_mailbox_has_no_messages(mailbox, data):
    assert list(read_messages(mailbox(data))) == []


def test_leading_empty_lines_and_a_byte_order_mark_are_passed_over(mailbox):
    (message,) = read_messages(mailbox(b"\xef\xbb\xbf\r\n\n" + letter(1)))

    assert message.raw == letter(1)
    assert message.offset == 6


@pytest.mark.parametrize("data", [b"Subject: one mail\n\nHello.\n", b"\x89PNG\r\n", b"{}", b"\n x"])
def test_a_file_that_is_no_mailbox_is_said_in_a_sentence(mailbox, data):
    with pytest.raises(MailboxError, match=r"box\.mbox isn't an mbox: .*\.$"):
        list(read_messages(mailbox(data)))


def test_a_zip_archive_is_told_apart(mailbox):
    with pytest.raises(MailboxError, match="is a zip archive"):
        list(read_messages(mailbox(b"PK\x03\x04rest")))


def test_a_file_that_cannot_be_opened_is_said_in_a_sentence(tmp_path):
    with pytest.raises(MailboxError, match=r"can't be read: .*[Dd]irectory\.$"):
        list(read_messages(tmp_path))
    with pytest.raises(MailboxError, match=r"can't be read: No such file or directory\.$"):
        list(read_messages(tmp_path / "missing"))


@pytest.mark.parametrize("cut", [20, 4_000])
def test_gzip_that_ends_early_gives_what_was_whole_and_says_so(mailbox, cut):
    data = b"".join(letter(n, str(n * 7919).encode() * 9 + b"\n") for n in range(1_000))
    messages = read_messages(mailbox(gzip.compress(data)[:cut]))

    seen: list[RawMessage] = []
    with pytest.raises(MailboxError, match="is damaged"):
        seen.extend(messages)

    assert b"".join(m.raw or b"" for m in seen) == data[: sum(m.size for m in seen)]
    assert bool(seen) == (cut > 100)


def test_bytes_that_only_begin_like_gzip_are_said_to_be_damaged(mailbox):
    with pytest.raises(MailboxError, match="is damaged"):
        list(read_messages(mailbox(b"\x1f\x8b" + b"\xff" * 100)))


@pytest.mark.parametrize("packed", [False, True])
def test_progress_counts_bytes_of_the_file_up_to_its_size(mailbox, packed):
    data = b"".join(letter(n) for n in range(2_000))
    path = mailbox(gzip.compress(data) if packed else data)
    seen = []

    list(read_messages(path, lambda done, total: seen.append((done, total))))

    assert {total for _, total in seen} == {path.stat().st_size}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == path.stat().st_size
