"""Servers that misbehave before they speak CalDAV, and the sentence about each."""

from tests.infrastructure.outside.raw import Script, for_ever, once

MULTISTATUS = b"HTTP/1.1 207 Multi-Status\r\n"

LATE = "The server didn't answer in time."
TOO_LONG = "The answer is longer than 20 MB."

BAD: dict[str, tuple[Script, str]] = {
    "slow": (for_ever(MULTISTATUS + b"\r\n", b"x", pause=0.05), LATE),
    "silent": (once(), LATE),
    "endless": (for_ever(MULTISTATUS + b"\r\n", b"x"), TOO_LONG),
    "an endless header": (for_ever(MULTISTATUS + b"a: ", b"x"), TOO_LONG),
    "100 MB": (for_ever(MULTISTATUS + b"Content-Length: 100000000\r\n\r\n", b"x"), TOO_LONG),
    "garbage": (once(b"\xff\xfe" * 99), "The server doesn't answer as HTTP asks."),
    "gone": (lambda _: None, "The connection broke off."),
    "elsewhere": (
        once(b"HTTP/1.1 302 No\r\nContent-Length: 0\r\nLocation: https://example.com/\r\n\r\n"),
        "The server redirects to https://example.com; if that is yours, connect it.",
    ),
}
"""Each sends its bytes once it is asked anything; those without end go on until nobody listens."""
