"""Joins the mails of one conversation when each of them names only a part of it.

The first of a mail's References names its thread, but many programs send In-Reply-To alone, or
cut References short: in a real mailbox of 2,500 mails, 400 had a known ancestor that lies in
another thread by their own header. While a mailbox is read in order, a reply therefore takes the
thread of its nearest ancestor that is known, as far as a bounded memory reaches.
"""

from dataclasses import replace

from infrastructure.mail.message import MailFacts

_GENERATION = 200_000  # ids; about 40 MB for the two generations kept


class Threads:
    """The threads of the messages read so far; gives the same answers for the same mailbox."""

    def __init__(self, generation: int = _GENERATION) -> None:
        self._generation = generation
        self._young: dict[str, str] = {}
        self._old: dict[str, str] = {}

    def settle(self, facts: MailFacts) -> MailFacts:
        """The facts with the thread that the message belongs to in this mailbox."""
        ancestors = list(dict.fromkeys([*facts.references, facts.in_reply_to or ""]))
        thread = facts.thread_id
        if not thread.startswith("gmail:"):
            thread = next(filter(None, map(self._known, reversed(ancestors))), thread)
        for identifier in (facts.message_id, *filter(_is_surely_id, ancestors)):
            if self._known(identifier) is None:
                self._young[identifier] = thread
        if len(self._young) > self._generation:
            self._old, self._young = self._young, {}
        return facts if thread == facts.thread_id else replace(facts, thread_id=thread)

    def _known(self, identifier: str) -> str | None:
        return self._young.get(identifier) or self._old.get(identifier)


def _is_surely_id(identifier: str) -> bool:
    # Old programs put addresses of people first into References: those would join strangers.
    return any(map(str.isdigit, identifier.partition("@")[0]))
