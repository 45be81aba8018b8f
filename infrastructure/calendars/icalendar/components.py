"""The components of iCalendar text as a tree that is, joined again, the text byte for byte."""

from collections.abc import Iterator

from infrastructure.calendars.icalendar.lines import Line, lines

DEPTH = 8
"""Components in each other; the RFCs know three. Deeper ones are read as lines."""


class Component:
    """`content` are the lines and components between BEGIN and END, in order."""

    __slots__ = ("begin", "content", "end", "name")

    def __init__(self, name: str, begin: Line | None = None):
        self.name = name
        self.begin = begin
        self.content: list[Line | Component] = []
        self.end: Line | None = None

    def lines(self, *names: str) -> Iterator[Line]:
        """The component's own lines of these names; all, if none is given."""
        for each in self.content:
            if isinstance(each, Line) and (not names or each.name in names):
                yield each

    def line(self, name: str) -> Line | None:
        return next(self.lines(name), None)

    def components(self) -> Iterator["Component"]:
        return (each for each in self.content if isinstance(each, Component))

    def within(self, name: str) -> Iterator["Component"]:
        """The components of this name in it, at any depth, in order."""
        for each in self.components():
            if each.name == name:
                yield each
            yield from each.within(name)

    @property
    def raw(self) -> bytes:
        return b"".join(self._pieces())

    def _pieces(self) -> Iterator[bytes]:
        if self.begin:
            yield self.begin.raw
        for each in self.content:
            if isinstance(each, Line):
                yield each.raw
            else:
                yield from each._pieces()
        if self.end:
            yield self.end.raw


def parsed(text: bytes) -> Component:
    """A component without a name that holds the text. A component whose END is missing ends with
    the one around it; an END without a BEGIN is a line like others."""
    root = Component("")
    open_ones = [root]
    for line in lines(text):
        word = line.value.upper() if line.name in ("BEGIN", "END") else ""
        if line.name == "BEGIN" and len(open_ones) <= DEPTH:
            begun = Component(word, line)
            open_ones[-1].content.append(begun)
            open_ones.append(begun)
        elif line.name == "END" and any(each.name == word for each in open_ones[1:]):
            while open_ones[-1].name != word:
                open_ones.pop()
            open_ones.pop().end = line
        else:
            open_ones[-1].content.append(line)
    return root
