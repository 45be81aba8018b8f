"""`If-Match` (RFC 9110, section 13.1.1): the versions of a record that may be changed."""

import re

# An entity tag may hold any visible character, commas too.
_ELEMENT = re.compile(r'[ \t]*(?:(W/)?"([!#-~\x80-\xff]*)"[ \t]*)?(?:,|\Z)')


def tags_to_match(header: str) -> tuple[str, ...] | None:
    """The entity tags without their quotes, None for `*`.

    By the RFC a weak tag never matches; a single one is taken all the same, because proxies that
    compress an answer weaken its tag. A malformed header matches nothing.
    """
    header = header.strip()
    if header == "*":
        return None
    if "," not in header:
        return (header.removeprefix("W/").strip('"'),)
    tags, at = [], 0
    while at < len(header):
        element = _ELEMENT.match(header, at)
        if element is None:
            return ()
        weak, tag = element.groups()
        if tag is not None and not weak:
            tags.append(tag)
        at = element.end()
    return tuple(tags)


def positions_to_match(tags: tuple[str, ...]) -> frozenset[int]:
    """The positions that tags of ours begin with: each that of the last event of the record. Other
    tags have none, and match nothing."""
    positions = (tag.split("-")[0] for tag in tags)
    return frozenset(int(each) for each in positions if each.isdecimal() and len(each) < 19)
