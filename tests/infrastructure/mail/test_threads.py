"""Conversations across messages that name only a part of them."""

from datetime import UTC, datetime

from infrastructure.mail.message import MailFacts, read_message
from infrastructure.mail.threads import Threads

NOW = datetime(2024, 5, 1, tzinfo=UTC)


def facts(identifier, references="", in_reply_to="", gmail=""):
    raw = (
        f"From: ann@example.org\nMessage-ID: <{identifier}>\nReferences: {references}\n"
        f"In-Reply-To: {in_reply_to}\nX-GM-THRID: {gmail}\n\n"
    )
    read = read_message(raw.encode(), frozenset(), NOW)
    assert isinstance(read, MailFacts)
    return read


def settled(*messages, **options):
    threads = Threads(**options)
    return [threads.settle(message).thread_id for message in messages]


def test_replies_that_name_only_their_parent_stay_together():
    assert settled(
        facts("1@x"), facts("2@x", in_reply_to="<1@x>"), facts("3@x", in_reply_to="<2@x>")
    ) == ["1@x", "1@x", "1@x"]


def test_references_cut_short_still_lead_to_the_thread():
    assert settled(
        facts("3@x", references="<1@x> <2@x>"), facts("4@x", references="<2@x> <3@x>")
    ) == ["1@x", "1@x"]


def test_a_parent_that_comes_late_joins_its_replies():
    assert settled(facts("2@x", in_reply_to="<1@x>"), facts("1@x")) == ["1@x", "1@x"]


def test_strangers_are_not_joined_by_a_persons_address_in_their_references():
    assert (
        settled(
            facts("2@x", references="<bo@x.org> <1@x>"), facts("4@x", references="<bo@x.org> <3@x>")
        )[1]
        != "1@x"
    )
    assert settled(
        facts("1@x"),
        facts("2@x", references="<bo@x.org> <1@x>"),
        facts("3@x", references="<bo@x.org>"),
    ) == ["1@x", "1@x", "bo@x.org"]


def test_gmails_thread_stays():
    assert settled(facts("1@x"), facts("2@x", in_reply_to="<1@x>", gmail="7")) == ["1@x", "gmail:7"]


def test_memory_is_bounded_and_forgets_the_oldest_first():
    messages = [facts(f"{n}@x") for n in range(10)]

    assert settled(
        *messages,
        facts("a1@x", in_reply_to="<0@x>"),
        facts("b1@x", in_reply_to="<a1@x>"),
        generation=4,
    )[-2:] == ["0@x", "0@x"]
    threads = Threads(generation=4)
    for message in messages:
        threads.settle(message)
    assert len(threads._young) + len(threads._old) <= 10
