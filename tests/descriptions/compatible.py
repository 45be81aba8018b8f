"""Compatible changes to the schema of an event's type.

A change is compatible if no consumer notices it that ignores unknown fields: a new optional field,
or other words in a description. Any other change needs a new version of the type.
"""

from typing import Any

SAID = {"$schema", "title", "description", "default"}


def broken(old: Any, new: Any, at: str = "") -> list[str]:
    """The places where a consumer of the old schema can't rely on the new one."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [] if old == new else [at]
    found = []
    for name in sorted((set(old) | set(new)) - SAID):
        place = f"{at}/{name}"
        if name in ("properties", "$defs"):
            found += _named(old.get(name, {}), new.get(name, {}), place)
        elif name == "required":
            found += [] if sorted(old.get(name, [])) == sorted(new.get(name, [])) else [place]
        elif name not in old or name not in new:
            found.append(place)
        else:
            found += broken(old[name], new[name], place)
    return found


def _named(old: dict[str, Any], new: dict[str, Any], at: str) -> list[str]:
    """Each by its name, whatever it is called; there may be more of them."""
    found = []
    for name in sorted(old):
        place = f"{at}/{name}"
        found += broken(old[name], new[name], place) if name in new else [place]
    return found
