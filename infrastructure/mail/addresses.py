"""Addresses in From, To, Cc and Bcc, valid or not.

The standard library's `getaddresses` drops invalid addresses, gives other results in other patch
releases, and reads single characters. Here each piece of a header becomes an address or is
reported, so that no correspondent is dropped silently.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from domain.mail_address import normal
from infrastructure.mail.charsets import clean, shown
from infrastructure.mail.headers import decode_words

_NAME_LIMIT = 200  # characters

_TOKEN = re.compile(
    r"""(?P<encoded>=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)
      | (?P<quoted>"(?:[^"\\]|\\.)*")
      | (?P<angle><[^<>]*>)
      | (?P<word>(?:[^"(,;:<>=\[]|=(?!\?)|\[[^\[\]\s]*\])+|.)""",
    re.VERBOSE | re.DOTALL,
)
_TOKEN_WITHOUT_QUOTES = re.compile(
    _TOKEN.pattern.replace("| (?P<quoted>", "| (?P<quoted>(?!)"), re.VERBOSE | re.DOTALL
)
_PARENTHESIS = re.compile(r"[()]")
_SPACED = re.compile(r"\s?([@.])\s?")
_NOBODY = re.compile(
    r"(?:un|non)?disclosed[-_. ]*recipients?:?|recipient list (?:not shown|suppressed):?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Address:
    """An address in normal form and its display name."""

    name: str | None
    email: str


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a header in order, and the pieces that are none."""

    found: tuple[Address, ...] = ()
    bad: tuple[str, ...] = ()


@dataclass(slots=True)
class _Item:
    """The tokens between two commas."""

    words: list[str] = field(default_factory=list)  # verbatim, spaces included
    comments: list[str] = field(default_factory=list)
    angle: str | None = None
    after: int = 0  # number of words before the angle


def parse_addresses(value: str) -> Addresses:
    """The addresses of a From, To, Cc or Bcc value; never raises."""
    # Senders recur; long recipient lists don't, and would only fill the cache.
    return _cached(value) if len(value) <= 400 else _parse(value)


def normalised_email(text: str) -> str | None:
    """The normal form of an address without what headers put around it; None for an invalid one."""
    text = clean(text).strip(" \t'`<>").removesuffix(".")
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0]
    if text.startswith("@"):  # a source route: <@relay,@other:person@host>
        text = text.rpartition(":")[2]
    if "=?" in text and "?=" in text:  # an encoded word
        return None
    return normal(text)


def _parse(value: str, decoded: bool = False) -> Addresses:
    found: list[Address] = []
    bad: list[str] = []
    surname = ""  # a piece without an address: the start of a name with an unquoted comma?
    for item in _items(value):
        address = _address(item, surname)
        text = decode_words("".join(item.words)).strip()
        if surname and (address is None or item.angle is None):
            bad.append(surname)
        surname = ""
        if address is not None:
            found.append(address)
        elif item.angle is not None:
            bad.append(f"{text} <{item.angle}>".strip())
        elif text[:1].isupper() and "@" not in text and not _NOBODY.fullmatch(text):
            surname = text
        elif text and not _NOBODY.fullmatch(text):
            bad.append(text)
    if surname:
        bad.append(surname)
    if not found and not decoded and "=?" in value and "@" in (whole := decode_words(value)):
        return _parse(whole, decoded=True)  # an encoded address, which RFC 2047 forbids
    return Addresses(tuple(found), tuple(shown(piece) for piece in bad))


_cached = lru_cache(maxsize=4096)(_parse)


def _address(item: _Item, surname: str) -> Address | None:
    text = "".join(item.words).strip()
    comment = " ".join(item.comments)
    if item.angle is not None:
        email = normalised_email(item.angle)
        if email is None:
            return None
        if surname:
            text = f"{surname}, {text}"
        return Address(_name(text or comment, email), email)
    if "@" not in text:
        return None
    email = normalised_email(_SPACED.sub(r"\1", text))
    if email is not None:
        return Address(_name(comment, email), email)
    # `John Smith john@x` without brackets: one word is the address, the others are the name.
    words = text.replace("[", " ").replace("]", " ").split()
    emails = [word for word in words if "@" in word]
    email = normalised_email(emails[0]) if len(emails) == 1 else None
    if email is None:
        return None
    name = " ".join(word for word in words if word is not emails[0])
    return Address(_name(name or comment, email), email)


def _name(text: str, email: str) -> str | None:
    if "\\" in text:
        text = re.sub(r"\\(.)", r"\1", text)
    text = " ".join(clean(decode_words(text)).split()).strip('"<> ')
    while len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`":
        text = text[1:-1].strip()
    if not text or text.lower() == email:
        return None
    return text[:_NAME_LIMIT]


def _items(value: str) -> Iterator[_Item]:
    """Split a header at top-level commas, and extract comments and members of groups."""
    item = _Item()
    last_semicolon = value.rfind(";")
    quotes = comments = True  # False after an unterminated one: then the sign is plain text
    at = 0
    while at < len(value):
        token = (_TOKEN if quotes else _TOKEN_WITHOUT_QUOTES).match(value, at)
        assert token is not None
        text, at = token[0], token.end()
        if token.lastgroup == "angle":
            if item.angle is not None:  # a missing comma
                yield _Item(item.words[: item.after], item.comments, item.angle)
                item = _Item(item.words[item.after :])
            item.angle, item.after = text[1:-1], len(item.words)
        elif token.lastgroup == "quoted":
            item.words.append(text if value.startswith("@", at) else text[1:-1])
        elif text in {",", ";"}:
            yield item
            item = _Item()
        elif text == "(" and comments and (end := _comment_end(value, at)) > 0:
            item.comments.append(value[at : end - 1])
            at = end
        elif text == ":" and last_semicolon >= at and not _is_mailto(item.words):
            if "@" in "".join(item.words):
                yield item
            item = _Item()  # the words before were the name of a group
        else:
            quotes = quotes and text != '"'
            comments = comments and text != "("
            item.words.append(text)
    yield item


def _is_mailto(words: list[str]) -> bool:
    return bool(words) and words[-1].rpartition(" ")[2].lower() == "mailto"


def _comment_end(value: str, start: int) -> int:
    """The end of the comment opened before `start`; 0 if unterminated. Comments nest."""
    depth = 1
    for sign in _PARENTHESIS.finditer(value, start):
        depth += 1 if sign[0] == "(" else -1
        if depth == 0:
            return sign.end()
    return 0
