"""Mail addresses and their normal form, in which they are compared.

Two spellings are one address if they differ in space around them, in case, in composed and
decomposed letters (RFC 6532, section 3.1), in needless quotes, or in the form of a domain outside
ASCII. The local part is compared in lower case too: its case may matter to a server (RFC 5321,
section 2.4), but people write one mailbox in any case.

A domain outside ASCII becomes the A-labels of IDNA 2008 (RFC 5891), after the non-transitional
mapping of UTS 46, as in browsers: people write capitals and full-width letters, which IDNA 2008
alone refuses. The transitional mapping is that of 2003, in which straße.example was
strasse.example, the domain of somebody else.
"""

import re
from unicodedata import normalize

import idna

LONGEST = 254
"""Octets of an address in its normal form (RFC 5321, section 4.5.3.1.3, with erratum 1690). A local
part may be longer than the 64 octets that every server has to take: those of lists are."""

LONGEST_WRITTEN = 500
"""Characters of an address as written; decomposed letters take more of them."""

LONGEST_DOMAIN = 253
"""Octets of a domain, and so the most of its characters: encoding them makes no fewer."""

LONGEST_LABEL = 63
"""Octets of a label, and so the most of its characters. Longer ones aren't encoded at all: the time
that this takes grows with the square of the length."""

INVISIBLE = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
"""Characters without a form, which pasted text brings along at its ends."""

_CONTROLS = r"\x00-\x1f\x7f-\x9f\ud800-\udfff"
_LOCAL = re.compile(rf"""[^\s{_CONTROLS}@<>()\[\],;:\\"]+|"[^{_CONTROLS}"\\]+\"""")
_DOMAIN = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*|\[[a-z0-9_.:-]+\]")


def normal(written: str) -> str | None:
    """The normal form of an address; None for a text that can't be an address."""
    text = written.strip().strip(INVISIBLE).strip()
    if len(text) > LONGEST_WRITTEN:
        return None
    before, _, after = text.rpartition("@")
    local, domain = _lower(before.strip()), _ascii(after.strip())
    if local.startswith('"') and _LOCAL.fullmatch(local[1:-1]):
        local = local[1:-1]
    if not domain or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        return None
    address = f"{local}@{domain}"
    return address if len(address.encode()) <= LONGEST else None


def _lower(text: str) -> str:
    return text.lower() if text.isascii() else normalize("NFC", normalize("NFC", text).lower())


def _ascii(domain: str) -> str | None:
    """The domain in lower case and ASCII, None if IDNA has no such form of it."""
    if domain.isascii():
        return domain.lower()
    try:
        mapped = idna.uts46_remap(domain)
        if len(mapped) > LONGEST_DOMAIN or max(map(len, mapped.split("."))) > LONGEST_LABEL:
            return None
        return idna.encode(mapped).decode("ascii")
    except idna.IDNAError:
        return None
