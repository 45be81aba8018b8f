"""Numbers made of names: of users, for contracts with numeric ids, and of programs."""

from functools import lru_cache
from hashlib import sha256

FIRST_OWN = 2**52
"""From here to 2^53 are the numbers that are made of names; whole numbers of that size still
survive in JavaScript."""


def user_number(user: str, number: int | None = None) -> int:
    """The number of the token if it has one, else a stable one made of the user's id."""
    return stable_number(user) if number is None else number


@lru_cache(maxsize=4096)
def stable_number(name: str) -> int:
    """Always the same for a name, whoever asks, and for no other one."""
    digest = sha256(name.encode()).digest()
    return FIRST_OWN + int.from_bytes(digest[:8], "big") % FIRST_OWN
