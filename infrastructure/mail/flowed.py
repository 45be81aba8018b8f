"""Text in the format that lets lines flow (RFC 3676): paragraphs cut into lines for transport."""

from collections.abc import Iterator

SIGNATURE = "-- "
"""The line above a signature, which ends in a space and doesn't flow (section 4.3)."""


def unflowed(text: str, delete_space: bool) -> str:
    """The text with each paragraph on a line. `delete_space` is the parameter DelSp: the space at
    the end of a line is no part of the text, as in languages without spaces between words."""
    return "\n".join(_paragraphs(text, delete_space))


def _paragraphs(text: str, delete_space: bool) -> Iterator[str]:
    open_lines: list[str] = []
    open_depth = 0
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")  # stuffed (section 4.4)
        if open_lines and (depth != open_depth or content == SIGNATURE):
            yield _quoted(open_depth, open_lines)  # a flowed line may end at another depth
            open_lines = []
        open_depth = depth
        if content.endswith(" ") and content != SIGNATURE:
            open_lines.append(content[:-1] if delete_space else content)
        else:
            yield _quoted(depth, [*open_lines, content])
            open_lines = []
    if open_lines:
        yield _quoted(open_depth, open_lines)


def _quoted(depth: int, pieces: list[str]) -> str:
    content = "".join(pieces)
    return f"{'>' * depth} {content}" if depth and content else ">" * depth + content
