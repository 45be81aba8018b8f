"""Everything that a restricted tag hides, of any size."""

from typing import Any

from hypothesis import strategies as st

from domain.interaction import LONGEST

Json = dict[str, Any]

TACTICS = (
    "a1b2c3d4-e5f6-7890-1234-567890abcdef",
    "b2c3d4e5-f6a7-8901-2345-67890abcdef0",
)
DELIVERIES: tuple[tuple[int, list[Json]], ...] = (
    (26, []),
    (7, [{"questionId": 123, "answer": 6}]),
    (7, [{"questionId": 103, "answer": "visa" * 2_000}, {"questionId": 106, "answer": True}]),
    (10, [{"questionId": 107, "answer": -1.5e300}]),
)
ENDS: tuple[str | None, ...] = (
    None,
    "2025-01-01T00:00:00Z",
    "2025-01-01T00:00:00.000001Z",
    "9000-06-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
)
WORDS = ("visa", "Xyzzy plugh", "é€🙂\n", "0", "a" * 500, "100% a_b \\o/")
"""Some are looked for."""


class Large(str):
    """A text as long as one may be."""

    def __new__(cls) -> "Large":
        return super().__new__(cls, "x" * 100_000)

    def __repr__(self) -> str:
        return "Large()"


lines = st.sampled_from(WORDS)
large = st.builds(Large)
texts = st.none() | lines
secrets = st.fixed_dictionaries(
    {
        "subject": lines,
        "description": lines,
        "notes": st.one_of(*[texts] * 4, large),
        "outcome": texts,
        "topics": st.lists(lines, max_size=3),
        "sentiment": st.sampled_from([None, "positive", "neutral", "negative"]),
        "followUp": texts,
        "action": lines,
        "nonVerbal": texts,
        "score": st.none() | st.integers(1, 10),
        "tactics": st.lists(st.sampled_from(TACTICS), unique=True),
        "minutes": st.sampled_from([None, 1, 45, 366 * 24 * 60]),
        "clock": st.sampled_from([None, "0:00:01", "1:00:00", "99:59:59"]),
        "end": st.sampled_from(ENDS),
        "seconds": st.sampled_from([None, 0, 59, 10**9, LONGEST]),
        "delivery": st.sampled_from(DELIVERIES),
        "mail": st.booleans(),
    }
)
