"""The followers that write the read models behind the append."""

from collections.abc import Sequence

from infrastructure.following.follower import Follower
from infrastructure.following.session import PAGE_SIZE
from infrastructure.postgres.locks import PROJECTOR_LOCK, THROTTLED_LOCK
from infrastructure.projecting import throttled
from infrastructure.projecting.row_writer import RowWriter
from infrastructure.projecting.statements import Table
from infrastructure.projecting.throttled import ThrottledRowWriter
from projections.all_models import READ_MODELS
from projections.read_model import ReadModel

BEHIND = tuple(model for model in READ_MODELS if not (model.with_append or model.throttled))
THROTTLED = tuple(model for model in READ_MODELS if model.throttled)


def projector(
    conninfo: str,
    models: Sequence[ReadModel] = BEHIND,
    *,
    page_size: int = PAGE_SIZE,
    lock: int = PROJECTOR_LOCK,
) -> Follower:
    """Writes read models that queries wait for."""
    part = RowWriter([Table(model) for model in models], page_size)
    return Follower(conninfo, part, lock=lock)


def throttled_projector(
    conninfo: str,
    models: Sequence[ReadModel] = THROTTLED,
    *,
    page_size: int = throttled.PAGE_SIZE,
    lock: int = THROTTLED_LOCK,
) -> Follower:
    """Writes read models that queries can do without."""
    part = ThrottledRowWriter([Table(model) for model in models], page_size)
    return Follower(conninfo, part, lock=lock)
