"""The measures, a file each, in the order in which they are taken."""

from bench.measures import (
    appends,
    calendars,
    catching_up,
    deep_page,
    mailbox,
    post,
    relay,
    search,
    stream,
    timeline,
)
from bench.plan import PHASES, Measure

MEASURES = (
    Measure("post", post.run, PHASES),
    Measure("timeline", timeline.run),
    Measure("deep-page", deep_page.run),
    Measure("catching-up", catching_up.run, PHASES),
    Measure("appends", appends.run, PHASES),
    Measure("mailbox", mailbox.run),
    Measure("search", search.run),
    Measure("relay", relay.run),
    Measure("stream", stream.run),
    Measure("calendars", calendars.run, seeded=False),
)
