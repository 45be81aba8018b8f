"""References within the AsyncAPI document."""

from typing import Any

Json = dict[str, Any]


def ref(*path: str) -> Json:
    return {"$ref": "#/" + "/".join(path)}


def schema_ref(name: str) -> Json:
    return ref("components", "schemas", name)
