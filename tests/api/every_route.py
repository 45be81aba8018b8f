"""Every route of every contract, from the route tables themselves: a new one is walked at once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from api.contracts_served import native, others
from api.http.route import ContractRoute

PARAMETER = re.compile(r"\{([^}:]+)[^}]*\}")


@dataclass(frozen=True)
class Route:
    """`parameters` are those of its path, `query` the names it knows in a query."""

    contract: str
    base: str
    method: str
    path: str
    permission: str
    query: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.base}{self.path}"

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(PARAMETER.findall(self.path))

    def addresses(self, known: Sequence[str]) -> Iterator[str]:
        """The route's paths with every known value in each place."""
        for values in product(known, repeat=len(self.parameters)):
            yield self.address(dict(zip(self.parameters, values, strict=True)))

    def address(self, values: Mapping[str, str]) -> str:
        return self.base + PARAMETER.sub(lambda found: values[found[1]], self.path)


def routes() -> list[Route]:
    found = []
    for contract in (native(), *others()):
        for route in contract.app.router.routes:
            if isinstance(route, ContractRoute):
                found += [
                    Route(
                        contract.name,
                        contract.base,
                        method,
                        route.path,
                        route.permission,
                        _query_of(route),
                    )
                    for method in sorted(route.methods or ())
                ]
    return found


def _query_of(route: ContractRoute) -> tuple[str, ...]:
    models: list[Any] = [param.field_info.annotation for param in route.dependant.query_params]
    return tuple(
        info.alias or name for model in models for name, info in model.model_fields.items()
    )
