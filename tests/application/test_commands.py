"""Commands are plain data: they can be logged, compared and carried out again."""

import inspect
from collections.abc import Callable
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from application import accounts, catalogue, contacts, interactions, mail, meetings, webhooks

MODULES = (accounts, catalogue, contacts, interactions, mail, meetings, webhooks)


def commands() -> list[type]:
    """The classes that a handler takes as its second parameter."""
    found = {}
    for module in MODULES:
        for _, handler in inspect.getmembers(module, inspect.iscoroutinefunction):
            command = get_type_hints(handler).get("command")
            if command is not None:
                found[command.__name__] = command
    return list(found.values())


def parts(hint: Any) -> set[Any]:
    """A type, and all the types in its parameters."""
    return {get_origin(hint) or hint}.union(*(parts(arg) for arg in get_args(hint)))


@pytest.mark.parametrize("command", commands())
def test_a_command_is_a_frozen_value_without_callables(command):
    assert command.__dataclass_params__.frozen
    kinds = set().union(*(parts(hint) for hint in get_type_hints(command).values()))
    assert kinds.isdisjoint({Callable, list, dict, set})
