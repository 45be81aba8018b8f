"""Command keys as stored: one effect and one answer per key."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from application.errors import KeyReused
from application.ports import Answer, CommandKey, Receipt


def scope_of(key: CommandKey) -> bytes:
    """The primary key of `command_keys`: short, and without the key itself."""
    return sha256(key.scope.encode()).digest()


def replay(known: tuple[bytes, Answer], key: CommandKey) -> Receipt:
    """The answer given before. Raises KeyReused if the body's digest is another."""
    digest, answer = known
    if digest != key.digest:
        raise KeyReused
    return Receipt({}, replayed=answer)


def answer_to_json(answer: Answer) -> dict[str, object]:
    stored = {"status": answer.status, "headers": answer.headers, "body": answer.body}
    return stored | {"withheld": answer.withheld} if answer.withheld else stored


def answer_from_json(stored: dict[str, Any]) -> Answer:
    headers = tuple((name, value) for name, value in stored["headers"])
    withheld = tuple((name, UUID(identity)) for name, identity in stored.get("withheld", ()))
    return Answer(stored["status"], headers, stored["body"], withheld)
