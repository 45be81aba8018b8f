"""Requests of a clerk: any route of any contract, with likely values and those at the edges."""

from typing import Any, get_args

from hypothesis import strategies as st
from pydantic import BaseModel

from api.contracts_served import native, others
from api.http.route import ContractRoute
from projections.sites.queries import SORTS
from tests.api.every_route import PARAMETER, Route, routes
from tests.api.lookalikes.hidden import TACTICS, WORDS
from tests.api.lookalikes.lookalike import Asked

STRANGE: tuple[object, ...] = (None, "", "x", 0, -1, 2**31, 1.5, True, [], {}, ["a"], "9" * 400)
"""Values that fit few fields."""

INSTANTS = (
    "0001-01-01T00:00:{n:0}Z",
    "2000-02-29T12:00:{n:0}+02:00",
    "2024-01-01T00:00:{n:0}Z",
    "5000-01-01T00:00:{n:0}Z",
    "9000-01-01T00:00:{n:0}Z",
    "9999-06-01T00:00:{n:0}Z",
    "9999-12-31T23:59:{n:0}Z",
    "2019-05-{n:0}",
    "9999-12-{n:0}",
)
"""Each with the number of the request: of records at one instant, ids decide the order."""

DAYS = INSTANTS[-2:]

COUNTS = (1, 2, 3, 100, 1000)
TERMS = (*WORDS, "Lea", "CUOffice", "email", "review", "nothing")
RECORDS = ("{record:0}", "{record:1}", "{record:2}", "{record:3}", "{number:0}", "{number:1}")
PEOPLE = [["Paul"], [], [{"name": "Paul", "contactId": "{contact:1}"}], ["Ann", "Ben"]]

QUERIES: dict[str, tuple[object, ...]] = {
    **dict.fromkeys(("limit", "pageSize", "per_page"), COUNTS),
    **dict.fromkeys(("page",), (1, 2, 3)),
    "skip": (0, 1, 2),
    "cursor": ("",),
    "contactId": ("{contact:0}", "{client:0}", "{contact:1}"),
    "type": ("coffee", "email", "Review", "Meeting", "kith.interaction.amended.v1"),
    **dict.fromkeys(("search", "title", "lead", "location", "participant"), TERMS),
    "tags": ("vip", "immigration", "tax", "vip,tax"),
    "sentiment": ("positive", "neutral", "negative"),
    "status": ("scheduled", "completed", "cancelled", "noShow"),
    **dict.fromkeys(("startDate", "endDate", "start_date", "end_date"), INSTANTS),
    "sort_by": tuple(SORTS),
    "sort_direction": ("asc", "desc"),
    "groupBy": ("day", "week", "month"),
    "asOf": ("{time:0}", "{time:1}", "{time:2}", "2000-01-01T00:00:00Z"),
    "after": (0,),
    "subject": ("interaction/{record:0}", "interaction/{record:1}", "meeting/{meeting:0}"),
}

BODIES: dict[str, tuple[object, ...]] = {
    **dict.fromkeys(("date", "start_datetime", "end_datetime", "scheduledDateTime"), INSTANTS),
    **dict.fromkeys(("actualDate", "endsAt"), INSTANTS),
    "dateOfInteraction": DAYS,
    "interactionType": ("meeting", "coffee", "inPerson", "byPhone", "oneOnOneLightTouch"),
    "type": ("Review", "Meeting", "Call"),
    "duration": (None, 0, 1, 45, 60, 366 * 24 * 60, "0:00:00", "0:00:01", "1:00:00", "99:59:59"),
    "location": (None, "CUOffice", "consulate", "X"),
    "participants": tuple(PEOPLE),
    "tags": (["vip"], [], ["a", "b"], None),
    "attendees": (*PEOPLE, None, ["visa"]),
    **dict.fromkeys(("topicsDiscussed", "agendaItems"), ([], None, ["visa"])),
    "sentiment": (None, "positive", "negative"),
    **dict.fromkeys(("followUpNeeded", "wholeDay"), (None, True, False)),
    "contactId": ("{contact:0}", "{contact:1}"),
    "serviceId": (None, 7, 10, 26),
    "customQuestions": (None, [], [{"questionId": 123, "answer": 6}]),
    "isDeleted": (False, True),
    "timezone": ("UTC", "Asia/Tokyo", "Europe/Berlin"),
    "lead": ("Lea Leader", "Lea", "5"),
    "title": ("email", "review", "meeting", *WORDS),
}
"""Values by the name of a field; a text that isn't named here has WORDS and null."""

PARTS = {
    "contact_id": ("{contact:0}", "{client:0}", "{contact:1}"),
    "client_id": ("{client:0}", "{contact:0}", "{client:1}"),
    "interaction_id": RECORDS,
    "interactions": RECORDS,
    "meetings": ("{meeting:0}", "{meeting:1}"),
    "tactics": TACTICS,
    "services": ("7", "10", "26"),
}
"""Values in a path by the name of the parameter; those of `id` by its owner."""

CONDITIONS: tuple[dict[str, str], ...] = (
    *[{}] * 4,
    {"If-Match": "{tag:0}"},
    {"If-None-Match": "{tag:0}"},
)

APART = (
    "webhooks",
    "/schemas",
    "/asyncapi",
    "/health",
    "/metrics",
    "account",
    "calendar",
    "POST /relationships",
    "POST /api/admin",
)
"""Left out: what is no tenant's, what leads to other hosts, calendars, which are redacted for all,
records of the present, which may be of another day for the other lookalike, and new tactics and
services."""


def _bodies() -> dict[str, list[str]]:
    """The names of the fields of each route's body."""
    found: dict[str, list[str]] = {}
    for contract in (native(), *others()):
        for route in contract.app.router.routes:
            if isinstance(route, ContractRoute) and route.body_field is not None:
                given: Any = route.body_field.field_info.annotation
                model = next(
                    one
                    for one in (given, *get_args(given))
                    if isinstance(one, type) and issubclass(one, BaseModel)
                )
                names = [info.alias or name for name, info in model.model_fields.items()]
                for method in route.methods or ():
                    found[f"{method} {contract.base}{route.path}"] = names
    return found


FIELDS = _bodies()
WALKED = [route for route in routes() if not any(part in str(route) for part in APART)]
READING = [route for route in WALKED if route.method == "GET"]
CHANGING = [route for route in WALKED if route.method in ("PUT", "PATCH") and "{" in route.path]
CHANGING += [route for route in CHANGING if "interactions" in route.path] * 3
OTHERS = [route for route in WALKED if route.method in ("POST", "DELETE")]


def some(pool: dict[str, tuple[object, ...]], names: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Some of these fields, with values of a pool; now and then with a strange one."""

    def value(name: str) -> st.SearchStrategy[object]:
        likely = st.sampled_from(pool.get(name, (None, *WORDS)))
        return st.one_of(*[likely] * 9, st.sampled_from(STRANGE))

    chosen = st.lists(st.sampled_from(names), max_size=3, unique=True) if names else st.just([])
    return chosen.flatmap(lambda few: st.fixed_dictionaries({name: value(name) for name in few}))


@st.composite
def asked(draw: st.DrawFn, among: list[Route]) -> Asked:
    route = draw(st.sampled_from(among))
    parts = {}
    for name in PARAMETER.findall(route.path):
        kind = name if name in PARTS else route.path.split("/{id}")[0].rsplit("/", 1)[-1]
        parts[name] = draw(st.sampled_from(PARTS.get(kind, ("none",))))
    fields = FIELDS.get(str(route))
    body = None if fields is None else draw(some(BODIES, tuple(fields)))
    query = draw(some(QUERIES, route.query))
    headers = draw(st.sampled_from(CONDITIONS))
    return Asked(route.method, route.address(parts), query, body, headers)


requests = st.one_of(*[asked(READING)] * 5, *[asked(CHANGING)] * 4, asked(OTHERS))

PATHS = (
    "/api/interactions/{record:0}",
    "/api/interactions/{record:1}",
    "/api/interactions?cursor=&pageSize=2",
    "/api/contacts/{contact:0}/interactions?limit=200",
    "/api/contacts/{contact:0}",
    "/api/meetings?pageSize=100",
    "/api/analytics/interactions?groupBy=month",
    "/api/events?limit=1000",
    "/api/events/stream?after=0",
    "/rapport/api/v1/contacts/{contact:0}/interactions",
    "/sites/api/interactions?per_page=100&sort_by=title",
    "/sites/api/interactions?sort_by=end_datetime",
    "/relationships/contacts/{contact:0}/interactions",
    "/clients/api/clients/{client:0}/interactions",
    "/clients/api/clients/{client:0}/logs",
)
EVERYTHING_READ = [Asked("GET", path) for path in PATHS]
"""The records, in the lists of every contract."""
