"""Decoding of bytes whose declared charset may be wrong.

Mail contains 8-bit bytes under `us-ascii`, UTF-8 under `iso-8859-1`, and unregistered names. The
result is always text without NUL, other control characters and lone surrogates, which PostgreSQL
and JSON can't store.
"""

import codecs
import re
from functools import lru_cache

# All below space except tab and line ends, and DEL.
CONTROLS = bytes(sorted({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D}))
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_CHARSET_NAME = re.compile(r"[a-z0-9][a-z0-9_.:+-]{0,39}")

# Senders usually mean the superset of the charset they declare, as browsers assume too.
_MEANT = {
    "ascii": "ascii",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}
# Names in real mail that Python doesn't know.
_ALIASES = {
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "ks_c_5601-1987": "cp949",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "windows-874": "cp874",
    "x-sjis": "cp932",
    "x-mac-roman": "mac-roman",
}
# Codecs of Python that aren't charsets.
_NOT_CHARSETS = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"}
# Charsets in which ASCII bytes may encode other characters.
_NOT_ASCII = re.compile(r"utf-7|utf-16|utf-32|iso2022|hz")
_SINGLE_BYTE_LATIN = {"ascii", "cp1252"}


@lru_cache(maxsize=512)
def codec_of(charset: str) -> str | None:
    """Python's codec for a charset as named in mail; None if there is none."""
    name = charset.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    for candidate in (name, name.removeprefix("x-"), name.replace("cp-", "cp")):
        if not _CHARSET_NAME.fullmatch(candidate):
            continue
        try:
            found = codecs.lookup(candidate)
        except (LookupError, ValueError, ImportError):
            continue
        is_text = getattr(found, "_is_text_encoding", True)
        if not is_text or found.name.replace("_", "-") in _NOT_CHARSETS:
            return None
        return _MEANT.get(found.name, found.name)
    return None


def clean(text: str) -> str:
    """The text without characters that can't be stored; line ends become \\n."""
    return _UNSAFE.sub("", _with_plain_line_ends(text))


def _with_plain_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def decode(data: bytes, charset: str = "") -> tuple[str, str]:
    """The text of bytes declared as `charset` ("" for undeclared), and an oddity or ""."""
    codec = codec_of(charset) if charset else "ascii"
    if codec and _NOT_ASCII.search(codec):
        # UTF-16 and UTF-32 text with a line end has a NUL byte.
        if codec.startswith(("utf-16", "utf-32")) and b"\0" not in data:
            codec = None
    elif data.isascii():
        text = _with_plain_line_ends(data.translate(None, CONTROLS).decode("ascii"))
        return text, "" if codec else f"unknown charset {shown(charset)}"
    text, right = _decode(data, codec)
    if right:
        return clean(text), ""
    if not charset:
        return clean(text), "8-bit characters without a charset"
    if codec is None:
        return clean(text), f"unknown charset {shown(charset)}"
    return clean(text), f"not in its declared charset {shown(charset)}"


def _decode(data: bytes, codec: str | None) -> tuple[str, bool]:
    """The text, decoded as declared if possible, else by a guess; True if as declared."""
    declared = codec or "ascii"
    is_latin = declared in _SINGLE_BYTE_LATIN
    # 8-bit text in another charset is almost never valid UTF-8.
    for candidate in ("utf-8", declared) if is_latin else (declared, "utf-8"):
        try:
            return data.decode(candidate), candidate == declared
        except ValueError:
            continue
    # Damaged UTF-8, or another charset?
    if is_latin or (declared == "utf-8" and data.decode(declared, "ignore").isascii()):
        return data.decode("cp1252", "replace"), declared == "cp1252"
    return data.decode(declared, "replace"), False


def shown(text: str, limit: int = 60) -> str:
    """A piece of a mail quoted for a note, on one line, cut to `limit` characters."""
    text = " ".join(clean(text).split())
    return f"'{text}'" if len(text) <= limit else f"'{text[:limit]}…'"
