"""Threads of mails whose headers name only a part of their ancestors.

The first of the References is the thread, but many programs send In-Reply-To only, or truncate
References: of 2,500 real mails, 400 had a known ancestor in another thread by their own header. A
reply therefore gets the thread of its nearest known ancestor, within a bounded memory.
"""

from dataclasses import replace

from infrastructure.mail.message import MailFacts

_GENERATION = 200_000  # ids; about 40 MB for the two generations kept


class Threads:
    """The threads of the messages read so far; deterministic for a mailbox."""

    def __init__(self, generation: int = _GENERATION) -> None:
        self._generation = generation
        self._young: dict[str, str] = {}
        self._old: dict[str, str] = {}

    def settle(self, facts: MailFacts) -> MailFacts:
        """The facts with the thread of the message in this mailbox."""
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
    # Old programs put addresses of people into References, which would join unrelated mails.
    return any(map(str.isdigit, identifier.partition("@")[0]))
