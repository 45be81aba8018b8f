"""A tenant's own services, and which of the built-in ones it shows (the clients document)."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from domain.catalogue.services import BUILT_IN_SERVICES, FIRST_OWN
from domain.errors import Conflict, Invalid
from domain.event import Changed
from domain.service import (
    Offer,
    Program,
    Question,
    QuestionType,
    Service,
    ServiceAdded,
    ServiceChanged,
    ServiceHidden,
    ServiceShown,
    built_in_id,
    check_offer,
)
from tests.domain.anything import some, texts, words
from tests.domain.given import fold, given

COLOUR = Question(id=2, type=QuestionType.SELECT, label="Colour?", options=("red", "blue"))
AGE = Question(id=3, type=QuestionType.NUMBER, label="Age?")
OFFER = Offer(name="Painting", program=Program(id=1, name="Arts"), questions=(COLOUR, AGE))
ADDED = ServiceAdded(number=100_001, offer=OFFER)
HIDDEN = ServiceHidden(number=7)


def changed(**parts: Any):
    return lambda service: service.change(OFFER.model_copy(update=parts))


# Own services


def test_a_service_is_added_with_its_program_and_its_questions():
    given().when(lambda _: Service.add(100_001, OFFER)).then(ADDED)
    assert fold(None, [ADDED]) == Service(100_001, OFFER)


def test_a_change_lists_each_field_with_old_and_new_value():
    renamed = Program(id=1, name="Fine arts")
    given(ADDED).when(changed(name="Drawing", program=renamed, active=False)).then(
        ServiceChanged(
            changes={
                "name": Changed(old="Painting", new="Drawing"),
                "program.name": Changed(old="Arts", new="Fine arts"),
                "active": Changed(old=True, new=False),
            }
        )
    )


def test_questions_may_come_and_go_and_be_put_differently():
    new = Question(id=9, type=QuestionType.TEXT, label="Why?")
    better = AGE.model_copy(update={"label": "How old?"})
    decided = changed(questions=(better, new))(fold(None, [ADDED]))
    assert fold(None, [ADDED, *decided]).offer.questions == (better, new)


def test_a_question_keeps_its_type_because_answers_to_it_are_kept():
    other = AGE.model_copy(update={"type": QuestionType.TEXT})
    given(ADDED).when(changed(questions=(other,))).refuses(Invalid, code="question_type")


@pytest.mark.parametrize(
    ("questions", "code"),
    [
        ((AGE, AGE), "question_twice"),
        ((COLOUR.model_copy(update={"options": ()}),), "options"),
        ((AGE.model_copy(update={"options": ("1", "2")}),), "options"),
        ((COLOUR.model_copy(update={"options": ("red", "red")}),), "option_twice"),
    ],
)
def test_a_question_that_cant_be_asked_is_refused(questions: tuple[Question, ...], code: str):
    offer = OFFER.model_copy(update={"questions": questions})
    given().when(lambda _: Service.add(1, offer)).refuses(Invalid, code=code, field="questions")
    given(ADDED).when(changed(questions=questions)).refuses(Invalid, code=code, field="questions")


# Hiding and showing


def test_a_service_of_either_kind_is_hidden_and_shown_again():
    own = ServiceHidden(number=100_001)
    given(ADDED).when(Service.hide).then(own)
    given(ADDED, own).when(Service.show).then(ServiceShown(number=100_001))
    assert Service(7).hide() == [HIDDEN]
    given(HIDDEN).when(Service.show).then(ServiceShown(number=7))


def test_a_built_in_service_cant_be_changed():
    given(HIDDEN).when(changed()).refuses(Conflict, code="built_in")


def test_a_command_for_the_present_state_yields_no_event():
    given(ADDED).when(Service.show).then()
    given(HIDDEN).when(Service.hide).then()
    given(ADDED).when(changed()).then()


offers = st.builds(
    lambda name, description, number, program, active, labels: Offer(
        name=name,
        description=description,
        program=Program(id=number, name=program),
        active=active,
        questions=tuple(
            Question(id=number, type=QuestionType.TEXT, label=label)
            for number, label in enumerate(labels, 1)
        ),
    ),
    words,
    st.none() | texts,
    st.integers(1, 9),
    words,
    st.booleans(),
    some(words),
)


@for_any(offers, st.lists(offers, max_size=4))
def test_deciding_twice_yields_nothing_the_second_time(first: Offer, others: list[Offer]):
    state = fold(None, [ServiceAdded(number=1, offer=first)])
    for offer in others:
        state = fold(state, state.change(offer))
        assert state.offer == offer
        assert state.change(offer) == []
    for decide in (Service.hide, Service.show):
        state = fold(state, decide(state))
        assert decide(state) == []


# The built-in services


def test_every_built_in_service_can_be_offered():
    for offer in BUILT_IN_SERVICES.values():
        check_offer(offer)


def test_the_documented_services_ask_the_documented_question():
    for number in (7, 13):
        asked = {question.id: question for question in BUILT_IN_SERVICES[number].questions}
        assert asked[123].type == QuestionType.NUMBER


def test_a_number_names_one_thing_for_ever():
    """A program and a question are the same wherever they are named."""
    programs = {offer.program.id: offer.program for offer in BUILT_IN_SERVICES.values()}
    questions = {
        question.id: question
        for offer in BUILT_IN_SERVICES.values()
        for question in offer.questions
    }
    for offer in BUILT_IN_SERVICES.values():
        assert offer.program == programs[offer.program.id]
        assert all(question == questions[question.id] for question in offer.questions)
    types = Counter(question.type for question in questions.values())
    assert set(types) == set(QuestionType)


def test_the_numbers_of_a_tenants_own_cant_meet_the_built_in_ones():
    numbers = {
        number
        for service, offer in BUILT_IN_SERVICES.items()
        for number in (service, offer.program.id, *(asked.id for asked in offer.questions))
    }
    assert 0 < min(numbers) <= max(numbers) < FIRST_OWN
    migrations = Path(__file__).parents[2] / "infrastructure/postgres/migrations"
    (script,) = migrations.glob("*service_numbers.sql")
    assert f"START {FIRST_OWN} " in script.read_text()


def test_every_tenants_stream_about_a_built_in_service_has_the_same_id():
    assert str(built_in_id(7)) == "30fe1d70-4b8e-5ba8-9c0e-3ac32116cbb1"
    assert len({built_in_id(number) for number in BUILT_IN_SERVICES}) == len(BUILT_IN_SERVICES)
