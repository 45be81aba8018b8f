"""The followers that write the read models behind the append."""

from collections.abc import Sequence

from infrastructure.following.follower import Follower
from infrastructure.following.session import PAGE_SIZE
from infrastructure.projecting import throttled
from infrastructure.projecting.row_writer import RowWriter
from infrastructure.projecting.statements import Table
from infrastructure.projecting.throttled import ThrottledRowWriter
from projections.all_models import READ_MODELS
from projections.read_model import ReadModel

BEHIND = tuple(model for model in READ_MODELS if not (model.with_append or model.throttled))
THROTTLED = tuple(model for model in READ_MODELS if model.throttled)


def projector(
    conninfo: str, models: Sequence[ReadModel] = BEHIND, *, page_size: int = PAGE_SIZE
) -> Follower:
    """Writes read models that queries wait for."""
    return Follower(conninfo, RowWriter([Table(model) for model in models], page_size))


def throttled_projector(conninfo: str) -> Follower:
    """Writes read models that queries can do without."""
    tables = [Table(model) for model in THROTTLED]
    return Follower(conninfo, ThrottledRowWriter(tables, throttled.PAGE_SIZE))
