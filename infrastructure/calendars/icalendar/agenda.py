"""The agenda of a meeting as a marked block of a description, so that text around it stays."""

from collections.abc import Sequence

BEGINS, ENDS = "--- Agenda (kith) ---", "--- End of agenda (kith) ---"


def with_agenda(description: str, agenda: Sequence[str]) -> str:
    """The description with this agenda in the place of the one before, else at its end; without
    one, if it is empty."""
    lines = (f"- {' '.join(item.split())}" for item in agenda)
    block = "\n".join((BEGINS, *lines, ENDS)) if agenda else ""
    before, _, rest = description.partition(BEGINS)
    _, ended, after = rest.partition(ENDS)
    if not ended:
        before, after = description, ""
    pieces = (before.strip(), block, after.strip())
    return "\n\n".join(piece for piece in pieces if piece)


def without_agenda(description: str) -> str:
    return with_agenda(description, ())
