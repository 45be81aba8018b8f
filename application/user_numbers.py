"""Users as contracts with numeric ids know them."""

from hashlib import sha256

FIRST_OWN = 2**52
"""From here to 2^53 are the numbers of users whose tokens have none; whole numbers of that size
still survive in JavaScript."""


def user_number(user: str, number: int | None = None) -> int:
    """The number of the token if it has one, else a stable one made of the user's id."""
    if number is not None:
        return number
    digest = sha256(user.encode()).digest()
    return FIRST_OWN + int.from_bytes(digest[:8], "big") % FIRST_OWN
