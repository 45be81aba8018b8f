"""Two tenants with the same story, told apart by the answers that a clerk gets."""

from itertools import takewhile, zip_longest
from typing import Any, NamedTuple

from hypothesis import strategies as st
from pydantic_core import from_json

from api.transfer.export import Export
from infrastructure.postgres.snapshot import snapshot
from tests.api.lookalikes.asking import EVERYTHING_READ, requests
from tests.api.lookalikes.hidden import Json, secrets
from tests.api.lookalikes.lookalike import TAGS, WRITTEN, Asked, Lookalike
from tests.api.running import EVERYTHING, Service

CLERKS = (EVERYTHING, ("view_contacts", "edit_contacts"), (*EVERYTHING, "tag:tax"))
ORIGINS = (*WRITTEN, "meeting", "ledger")


class Story(NamedTuple):
    """Records by origin, with a secret for each lookalike, and tags; amendments by the place of
    their record; and the clerk's permissions and requests."""

    permissions: tuple[str, ...]
    records: list[tuple[str, Json, Json, tuple[str, ...]]]
    amendments: list[tuple[int, Json, Json]]
    requests: list[Asked]


stories = st.builds(
    Story,
    st.sampled_from(CLERKS),
    st.lists(
        st.tuples(st.sampled_from(ORIGINS), secrets, secrets, st.sampled_from([TAGS[:1], TAGS])),
        min_size=3,
        max_size=8,
    ),
    st.lists(st.tuples(st.integers(0, 7), secrets, secrets), max_size=2),
    st.lists(requests, min_size=15, max_size=30),
)


def tell_apart(service: Service, tenant: int, story: Story) -> None:
    """Tell the story to a tenant and the next one. Raises AssertionError at the first answer that
    differs."""
    one, other = (Lookalike(service, str(tenant + each), story.permissions) for each in range(2))
    for number, (origin, secret, another, tags) in enumerate(story.records, 1):
        one.write(number, origin, secret, tags)
        other.write(number, origin, another, tags)
    for number, (which, secret, another) in enumerate(story.amendments, 1):
        one.amend(number, which, secret)
        other.amend(number, which, another)
    for number, asked in enumerate([*story.requests, *EVERYTHING_READ], 1):
        for lookalike in (one, other):
            lookalike.known["n"] = [f"{number:02}"]
        compare(asked, *(each.tell(asked, f"request-{number}") for each in (one, other)))
    for asked, same in zip(one.written, other.written, strict=True):
        compare(asked, one.tell(asked, "repeat"), other.tell(same, "repeat"))
    compare("export", exported(one), exported(other))


def compare(asked: object, one: list[Any], other: list[Any]) -> None:
    """Raises AssertionError with the first place where the answers differ."""
    for text, same in zip_longest(map(str, one), map(str, other), fillvalue=""):
        if text != same:
            equal = takewhile(lambda pair: pair[0] == pair[1], zip(text, same, strict=False))
            at = sum(1 for _ in equal)
            about = slice(max(0, at - 200), at + 200)
            raise AssertionError(f"{str(asked)[:500]}\n{text[about]}\n{same[about]}")


def exported(lookalike: Lookalike) -> list[str]:
    """The export without tags, by dates and names: its own order is by id."""
    with snapshot(lookalike.service.conninfo) as moment:
        lines = list(Export(moment, lookalike.tenant, []).lines())

    def order(line: bytes) -> list[str]:
        known = from_json(line)
        return [str(known.get(name)) for name in ("type", "date", "scheduledDateTime", "name")]

    return [lookalike.teller.told_text(line.decode()) for line in sorted(lines, key=order)]
