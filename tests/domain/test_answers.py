"""A delivery fits its service: known, and answered as was asked (the clients document)."""

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from domain.answers import check_delivery, fits
from domain.errors import Invalid
from domain.record import Answer, Service
from domain.service import Offer, Program, Question, QuestionType
from tests.domain.anything import sixty_four_bits, texts

PROGRAM = Program(id=1, name="Any")
OPTIONS = ("red", "blue", "")
QUESTIONS = {
    type_: Question(
        id=number,
        type=type_,
        label="?",
        options=OPTIONS if type_ == QuestionType.SELECT else (),
    )
    for number, type_ in enumerate(QuestionType, 1)
}
OFFERS = {
    13: Offer(name="All", program=PROGRAM, questions=tuple(QUESTIONS.values())),
    7: Offer(name="None", program=PROGRAM),
}

doubles = st.floats(allow_nan=False, allow_infinity=False)
dates = st.dates().map(date.isoformat)
RIGHT: dict[QuestionType, st.SearchStrategy[Any]] = {
    QuestionType.TEXT: texts | dates | st.sampled_from(OPTIONS),
    QuestionType.NUMBER: sixty_four_bits | doubles,
    QuestionType.BOOLEAN: st.booleans(),
    QuestionType.SELECT: st.sampled_from(OPTIONS),
    QuestionType.DATE: dates,
}


def _is(type_: QuestionType, answer: object) -> bool:
    """The types' definition, stated independently of the code under test."""
    if type_ == QuestionType.BOOLEAN:
        return answer is True or answer is False
    if type_ == QuestionType.NUMBER:
        return type(answer) in (int, float)
    if type(answer) is not str:
        return False
    if type_ == QuestionType.SELECT:
        return any(answer == option for option in OPTIONS)
    if type_ == QuestionType.DATE:
        try:
            return date.fromisoformat(answer).isoformat() == answer
        except ValueError:
            return False
    return True


@for_any(st.sampled_from(QuestionType).flatmap(lambda t: st.tuples(st.just(t), RIGHT[t])))
def test_an_answer_of_the_type_asked_for_fits(case: tuple[QuestionType, Any]):
    type_, answer = case
    question = QUESTIONS[type_]
    assert fits(question, answer)
    given = Answer(question_id=question.id, answer=answer)
    check_delivery(Service(service_id=13, answers=(given,)), OFFERS)


anything = st.none() | st.one_of(*RIGHT.values()) | st.text() | st.sampled_from(("Red", "13", "7"))


@for_any(st.sampled_from(QuestionType), anything)
def test_every_answer_fits_exactly_the_types_it_is_of(type_: QuestionType, answer: Any):
    assert fits(QUESTIONS[type_], answer) is _is(type_, answer)


@pytest.mark.parametrize(
    ("type_", "answer"),
    [
        ("number", True),
        ("number", "6"),
        ("number", None),
        ("number", math.nan),
        ("number", math.inf),
        ("boolean", 1),
        ("boolean", "true"),
        ("text", 6),
        ("select", "Red"),
        ("select", "green"),
        ("date", "2026-02-30"),
        ("date", "20260131"),
        ("date", "2026-W05-6"),
        ("date", "2026-01-31T00:00:00Z"),
        ("date", "2026-1-31"),
        ("date", "٢٠٢٦-٠١-٣١"),
    ],
)
def test_an_answer_of_another_type_is_refused(type_: str, answer: Any):
    question = QUESTIONS[QuestionType(type_)]
    assert not fits(question, answer)


def delivery(*answers: tuple[int, Any], service: int | None = 13) -> Service:
    given = tuple(Answer(question_id=question, answer=answer) for question, answer in answers)
    return Service(service_id=service, answers=given)


@pytest.mark.parametrize(
    ("delivered", "code", "field"),
    [
        (delivery(service=99), "unknown_service", "service.service_id"),
        (delivery((99, 6)), "unknown_question", "service.answers"),
        (delivery((2, 6), service=7), "unknown_question", "service.answers"),
        (delivery((2, 6), service=None), "unknown_question", "service.answers"),
        (delivery((2, 6), (2, 7)), "unknown_question", "service.answers"),
        (delivery((1, "a"), (2, "6")), "wrong_answer", "service.answers"),
    ],
)
def test_an_answer_the_service_doesnt_ask_for_is_refused(delivered: Service, code: str, field: str):
    with pytest.raises(Invalid) as refused:
        check_delivery(delivered, OFFERS)
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize(
    "delivered", [Service(), delivery(), delivery(service=7), delivery((2, -6.5), (1, ""))]
)
def test_questions_may_stay_unanswered(delivered: Service):
    check_delivery(delivered, OFFERS)
