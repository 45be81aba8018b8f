"""`If-Match` (RFC 9110, section 13.1.1): the versions of a record that the caller would change."""

import re

# Between the quotes of an entity tag anything may stand that is visible, commas too.
_ELEMENT = re.compile(r'[ \t]*(?:(W/)?"([!#-~\x80-\xff]*)"[ \t]*)?(?:,|\Z)')


def tags_to_match(header: str) -> tuple[str, ...] | None:
    """What stands between the quotes of the tags that may match, None if any version may.

    A weak tag never matches, by the letter; one that stands alone is taken all the same, because
    proxies that compress an answer make its tag a weak one. What can't be read matches nothing.
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
    """An entity tag begins with the position of the last event that changed the record. A tag that
    was never ours has none, and can't match."""
    positions = (tag.split("-")[0] for tag in tags)
    return frozenset(int(each) for each in positions if each.isdecimal() and len(each) < 19)
