"""No module imports another in a circle, nor does a folder of infrastructure."""

from collections.abc import Callable, Iterable
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

ROOTS = ("domain", "application", "projections", "infrastructure", "api")


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    """For each module, the modules it imports: at its head, in functions and for types alone."""
    graph = grimp.build_graph(*ROOTS, cache_dir=None)
    return {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}


def circle_in(imports: dict[str, set[str]]) -> list[str] | None:
    """One circle, its first member twice; None if there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return None


def by_folder(imports: dict[str, set[str]], folder: Callable[[str], str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, imported in imports.items():
        of = found.setdefault(folder(name), set())
        of |= set(map(folder, imported)) - {folder(name)}
    return found


def infrastructure_folder(module: str) -> str:
    return ".".join(module.split(".")[:2])


def of_infrastructure(names: Iterable[str]) -> set[str]:
    return {name for name in names if name.startswith("infrastructure.")}


def test_no_module_imports_another_in_a_circle(imports: dict[str, set[str]]):
    assert circle_in(imports) is None


def test_no_folder_of_infrastructure_imports_another_in_a_circle(imports: dict[str, set[str]]):
    within = {name: of_infrastructure(imports[name]) for name in of_infrastructure(imports)}
    assert circle_in(by_folder(within, infrastructure_folder)) is None


def test_circles_are_found():
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}}) is not None
    assert by_folder({"a.x": {"b.y"}, "b.z": {"a.w"}}, lambda name: name[0]) == {
        "a": {"b"},
        "b": {"a"},
    }
