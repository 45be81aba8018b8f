"""Commands about services, and deliveries that have to fit one."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from application.catalogue import AddService, ChangeService, add_service, change_service
from application.errors import PreconditionFailed
from application.interactions import (
    AmendInteraction,
    LogInteraction,
    amend_interaction,
    log_interaction,
)
from domain.catalogue.services import BUILT_IN_SERVICES
from domain.changes import Fields
from domain.errors import Conflict, Invalid, NotFound
from domain.record import Answer, Labels, Service
from domain.redaction import Hidden
from domain.service import (
    NEW,
    Offer,
    Program,
    Question,
    QuestionType,
    ServiceHidden,
    ServiceShown,
    built_in_id,
)
from tests.application.desk import Desk, id_of, position_of
from tests.domain.samples import record

pytestmark = pytest.mark.anyio

SEVEN = built_in_id(7)
OFFER = Offer(
    name="Painting",
    program=Program(id=NEW, name="Arts"),
    questions=(
        Question(id=NEW, type=QuestionType.NUMBER, label="Age?"),
        Question(id=NEW, type=QuestionType.TEXT, label="Why?"),
    ),
)


async def painting(desk: Desk) -> tuple[UUID, Offer]:
    identity = id_of(await desk.does(add_service, AddService(OFFER)))
    return identity, (await desk.state("service", identity)).offer


class TestServices:
    async def test_a_new_service_program_and_question_get_numbers_of_their_own(self, here: Desk):
        identity, offer = await painting(here)
        state = await here.state("service", identity)
        numbers = [state.number, offer.program.id, *(asked.id for asked in offer.questions)]
        assert NEW not in numbers
        assert len(set(numbers)) == 4

    async def test_numbered_questions_keep_their_numbers(self, here: Desk):
        identity, offer = await painting(here)
        new = Question(id=NEW, type=QuestionType.DATE, label="When?")
        one_more = {"questions": (*offer.questions, new)}
        await here.does(change_service, ChangeService(identity, one_more))
        asked = (await here.state("service", identity)).offer.questions
        assert asked[:2] == offer.questions
        assert asked[2].id not in (NEW, *(question.id for question in offer.questions))

    async def test_a_question_of_another_service_cant_be_taken(self, here: Desk):
        identity, offer = await painting(here)
        foreign = Question(id=123, type=QuestionType.NUMBER, label="?")
        with pytest.raises(Invalid) as refused:
            await here.does(change_service, ChangeService(identity, {"questions": (foreign,)}))
        assert refused.value.code == "unknown_question"
        assert (await here.state("service", identity)).offer == offer

    async def test_a_built_in_service_begins_a_stream_of_the_tenant_when_hidden(self, here: Desk):
        await here.does(change_service, ChangeService(SEVEN, hidden=True))
        await here.does(change_service, ChangeService(SEVEN, hidden=True))
        await here.does(change_service, ChangeService(SEVEN, hidden=False))
        assert await here.events() == [ServiceHidden(number=7), ServiceShown(number=7)]
        (first, _) = await here.recorded()
        assert first.stream == (here.tenant, "service", SEVEN)

    async def test_showing_a_service_that_is_not_hidden_appends_nothing(self, here: Desk):
        answer = await here.does(change_service, ChangeService(SEVEN, hidden=False))
        assert position_of(answer) == 0
        assert await here.events() == []

    async def test_a_built_in_service_cant_be_changed(self, here: Desk):
        with pytest.raises(Conflict):
            await here.does(change_service, ChangeService(SEVEN, {}))
        assert await here.events() == []

    async def test_an_unknown_service_is_not_found(self, here: Desk):
        with pytest.raises(NotFound):
            await here.does(change_service, ChangeService(uuid4(), hidden=True))

    async def test_the_version_counts_from_the_first_event(self, here: Desk):
        hide, show = ChangeService(SEVEN, hidden=True), ChangeService(SEVEN, hidden=False)
        answer = await here.does(change_service, hide, if_match=0)
        with pytest.raises(PreconditionFailed):
            await here.does(change_service, show, if_match=0)
        await here.does(change_service, show, if_match=position_of(answer))

    async def test_two_processes_hide_a_service_once(self, here: Desk, there: Desk):
        for desk in (here, there, here):
            await desk.does(change_service, ChangeService(SEVEN, hidden=True))
        assert len(await here.events()) == 1


def delivery(service: int | None, *answers: tuple[int, Any]) -> Service:
    given = tuple(Answer(question_id=asked, answer=answer) for asked, answer in answers)
    return Service(service_id=service, answers=given)


def delivered(service: Service) -> Fields:
    return {"service": service}


class TestDeliveries:
    async def test_a_new_delivery_has_to_fit_the_offers(self, here: Desk):
        for wrong in (delivery(99), delivery(7, (123, "six")), delivery(None, (123, 6))):
            command = LogInteraction(record(service=wrong), offers=BUILT_IN_SERVICES)
            with pytest.raises(Invalid):
                await here.does(log_interaction, command)
        right = record(service=delivery(7, (123, 6)))
        await here.does(log_interaction, LogInteraction(right, offers=BUILT_IN_SERVICES))
        assert len(await here.events()) == 1

    async def test_an_unchanged_delivery_isnt_checked_again(self, here: Desk):
        """The service may have been withdrawn since."""
        once = record(service=delivery(7, (123, 6)))
        logged = id_of(await here.does(log_interaction, LogInteraction(once)))
        same = AmendInteraction(logged, delivered(once.service), offers={})
        await here.does(amend_interaction, same)
        other = AmendInteraction(logged, delivered(delivery(7)), offers={})
        with pytest.raises(Invalid):
            await here.does(amend_interaction, other)

    async def test_true_isnt_the_number_one(self, here: Desk):
        once = record(service=delivery(7, (123, 1)))
        logged = id_of(await here.does(log_interaction, LogInteraction(once)))
        wrong = delivered(delivery(7, (123, True)))
        command = AmendInteraction(logged, wrong, offers=BUILT_IN_SERVICES)
        with pytest.raises(Invalid):
            await here.does(amend_interaction, command)

    async def test_right_and_wrong_guesses_of_hidden_fields_are_refused_alike(self, here: Desk):
        """Refused alike: what is right, what is wrong, and what is offered nowhere."""
        labels = Labels(restricted=("immigration",))
        secret = record(service=delivery(7, (123, 6)), labels=labels)
        logged = id_of(await here.does(log_interaction, LogInteraction(secret)))
        for guess in (secret.service, delivery(13), delivery(99), delivery(7, (123, "six"))):
            command = AmendInteraction(logged, delivered(guess), offers=BUILT_IN_SERVICES)
            with pytest.raises(Hidden):
                await here.does(amend_interaction, command)
        assert (await here.state("interaction", logged)).record == secret
