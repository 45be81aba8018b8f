"""A tenant's additions to the catalogues and its hidden entries move with its records."""

from uuid import UUID

import pytest

from application.catalogue import (
    AddService,
    AddTactic,
    ChangeService,
    ChangeTactic,
    add_service,
    add_tactic,
    change_service,
    change_tactic,
)
from application.interactions import LogInteraction, log_interaction
from domain.record import Answer, Rapport, Service, TacticUse
from domain.service import NEW, Offer, Program, Question, QuestionType, built_in_id
from domain.tactic import BUILT_IN, Discipline, Guidance
from tests.api.transfer.moving import counts, exported, imported, records
from tests.domain.samples import record
from tests.infrastructure.mail.mailbox import desk

pytestmark = pytest.mark.anyio

OFFER = Offer(
    name="Bicycle repair",
    program=Program(id=NEW, name="Getting around"),
    questions=(
        Question(id=NEW, type=QuestionType.NUMBER, label="How many wheels?"),
        Question(id=NEW, type=QuestionType.SELECT, label="Which kind?", options=("City", "Race")),
    ),
)
WALK = Guidance(name="Walking", domain=Discipline.SOCIAL_PSYCHOLOGY, description="Side by side.")
FIRST, SECOND = list(BUILT_IN)[:2]


@pytest.fixture
async def here(module_database):
    """A tenant with a tactic and a service of its own, some hidden, and records that name them."""
    async with desk(module_database) as it:
        walk = await it.do(add_tactic, AddTactic(WALK))
        await it.do(change_tactic, ChangeTactic(walk.id, hidden=True))
        await it.do(change_tactic, ChangeTactic(FIRST, hidden=True))
        await it.do(change_tactic, ChangeTactic(SECOND, dict(WALK)))
        await it.do(change_service, ChangeService(built_in_id(13), hidden=True))
        repair = await it.do(add_service, AddService(OFFER))
        wheels, kind = repair.state.offer.questions
        answers = (
            Answer(question_id=wheels.id, answer=3),
            Answer(question_id=kind.id, answer="City"),
            Answer(question_id=5, answer="of before"),
        )
        use = TacticUse(tactic_id=walk.id)
        for service in (Service(service_id=repair.state.number, answers=answers), Service()):
            said = record(service=service, rapport=Rapport(tactics=(use,)))
            await it.do(log_interaction, LogInteraction(said))
        yield it


def by_type(lines: bytes, kind: str) -> list[dict]:
    return [line for line in records(lines) if line["type"] == kind]


async def test_catalogues_come_first_and_are_counted(here):
    lines = records(exported(here))
    assert [line["type"] for line in lines] == ["tactic"] * 3 + ["service"] * 2 + [
        "interaction",
        "interaction",
    ]
    assert (counts(here).tactics, counts(here).services, counts(here).lines) == (3, 2, 7)


async def test_an_empty_tenant_has_the_same_catalogues_afterwards(here):
    there = here.of(f"{here.caller.tenant}-2")
    lines = exported(here)

    tally = await imported(there, lines)

    assert tally.refused == []
    assert (tally.added["tactics"], tally.added["services"]) == (3, 2)
    moved = exported(there)
    for kind in ("tactic", "service"):
        for was, now in zip(by_type(lines, kind), by_type(moved, kind), strict=True):
            assert without_numbers(now) == without_numbers(was)
    again = await imported(there, lines)
    assert (sum(again.added.values()), again.already_there) == (0, tally.lines)
    assert exported(there) == moved


async def test_records_name_the_service_by_the_number_it_has_there(here):
    there = here.of(f"{here.caller.tenant}-2")
    lines = exported(here)
    await imported(there, lines)
    moved = exported(there)

    (was,) = [line for line in by_type(lines, "service") if not line["builtIn"]]
    (now,) = [line for line in by_type(moved, "service") if not line["builtIn"]]
    assert (was["uuid"], was["programId"]) == (now["uuid"], now["programId"])
    assert was["id"] != now["id"]
    (named,) = [line for line in by_type(moved, "interaction") if "serviceId" in line]
    wheels, kind = (asked["id"] for asked in now["customQuestions"])
    assert named["serviceId"] == now["id"]
    assert [(each["questionId"], each["answer"]) for each in named["customQuestions"]] == [
        (wheels, 3),
        (kind, "City"),
        (5, "of before"),
    ]


async def test_catalogues_imported_where_they_came_from_are_already_there(here):
    lines = exported(here)
    tally = await imported(here, lines)
    assert (sum(tally.added.values()), tally.already_there) == (0, 7)
    assert exported(here) == lines


async def test_lines_by_hand_need_no_ids(here):
    there = here.of(f"{here.caller.tenant}-2")
    tactic = (
        '{"type":"tactic","name":"Tea","domain":"Social Psychology","description":"Drink tea."}'
    )
    service = '{"type":"service","serviceName":"Tea","programName":"Health"}'
    tally = await imported(there, tactic, service, service, '{"type":"service"}')
    assert (tally.added["tactics"], tally.added["services"], tally.already_there) == (1, 1, 1)
    ((number, reason),) = tally.refused
    assert number == 4
    assert "serviceName: it is missing" in reason
    (tea,) = by_type(exported(there), "service")
    assert (tea["programId"], tea["programName"]) == (3, "Health")
    assert UUID(tea["uuid"])


def without_numbers(line: dict) -> dict:
    kept = {key: value for key, value in line.items() if not key.endswith("At") and key != "id"}
    questions = [
        {key: value for key, value in asked.items() if key != "id"}
        for asked in line.get("customQuestions", ())
    ]
    return kept | {"customQuestions": questions, "id": line["type"] == "tactic" and line["id"]}
