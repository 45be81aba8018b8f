"""The readable text of an HTML mail.

justhtml's tokenizer follows the HTML standard and builds no tree: the standard reopens unclosed
formatting elements in every paragraph, so that the tree of 67 KB of hostile HTML takes 5 GB.
"""

import re

from infrastructure.mail.charsets import clean

_BREAKS = {
    **dict.fromkeys("blockquote h1 h2 h3 h4 h5 h6 hr p table".split(), "\n\n"),
    **dict.fromkeys(
        "address article aside body br center dd div dl dt footer form header li main nav ol pre "
        "section tbody tfoot thead tr ul".split(),
        "\n",
    ),
    "td": " ",
    "th": " ",
}
_NOT_SHOWN = frozenset("iframe noembed noframes script style title".split())
_NOSCRIPT = re.compile(r"(</?)noscript(?=[\s/>])", re.IGNORECASE)
_COMMENT_END = re.compile(r"--!?>")


def text_of(source: str) -> str:
    """The text that a browser without scripts shows, each paragraph on a line."""
    # The import takes 0.3 s: mailboxes of plain text do without.
    from justhtml import stream

    # The tokenizer assumes a browser with scripts, where the content of noscript is no markup.
    source = _NOSCRIPT.sub(r"\1span", source)
    # It also looks for both ends that a comment may have, through all of the source if need be.
    # With an empty comment of each kind after every end, both are near.
    source = _COMMENT_END.sub(r"\g<0><!----!><!---->", source)
    pieces: list[str] = []
    is_shown = True
    for event in stream(source):
        match event:
            case ("text", str(text)):
                if is_shown:
                    pieces.append(text.replace("\n", " "))
            case ("start", (str(name), _)):
                pieces.append(_BREAKS.get(name, ""))
                is_shown = name not in _NOT_SHOWN
            case ("end", str(name)):
                pieces.append(_BREAKS.get(name, ""))
                is_shown = True
    return _tidy("".join(pieces))


def _tidy(text: str) -> str:
    lines: list[str] = []
    for line in clean(text).split("\n"):
        words = " ".join(line.split())
        if words or (lines and lines[-1]):
            lines.append(words)
    return "\n".join(lines).strip()
