"""Sums over interactions: a step subtracts the interaction before it and adds the one after it."""

from collections.abc import Callable, Iterator
from uuid import UUID

from application.entity import Entity
from domain.interaction import Interaction
from projections.read_model import Add, Projector, Step

NOBODY = UUID(int=0)
"""The contact under which the sums of a whole tenant stand."""

Sums = Callable[[str, Entity[Interaction], int], Iterator[Add]]
"""The amounts of an interaction of a tenant, times a sign."""


def summing(sums: Sums) -> Projector:
    """A projector that subtracts the amounts before an event and adds those after it."""

    def project(step: Step) -> Iterator[Add]:
        if step.before is not None:
            yield from sums(step.tenant, step.before, -1)
        yield from sums(step.tenant, step.after, +1)

    return project
