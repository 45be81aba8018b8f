"""What was odd about mails, by kind: notes without what differs from one mail to the next."""

import re

TAKEN_INSTEAD = {
    "received": "the newest Received date was taken",
    "envelope": "the date of the mailbox's From line was taken",
    "import": "the time of import was taken",
}

_QUOTED = re.compile(r" '[^']*'")
_COUNTED = re.compile(r"^\d+ (?=participants)")


def oddity(note: str, date_source: str) -> str:
    """The kind of a note; if it is about a date, with what was taken instead."""
    if "not an address: " in note:
        return "something that isn't an address among the addresses"
    where, _, what = note.partition(": ")
    if what and " " not in where:  # the name of a header field
        return f"{what} in the header"
    kind = _COUNTED.sub("more ", _QUOTED.sub("", where))
    if kind.startswith(("date", "no date")) and date_source in TAKEN_INSTEAD:
        return f"{kind}; {TAKEN_INSTEAD[date_source]}"
    return kind
