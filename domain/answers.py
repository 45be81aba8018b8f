"""Checks that a delivery fits its service: known, and answered as was asked (the clients
document)."""

import math
from collections.abc import Mapping
from datetime import date

from domain import record
from domain.errors import Invalid
from domain.service import Offer, Question, QuestionType

SENTENCES = {
    QuestionType.TEXT: "a text",
    QuestionType.NUMBER: "a number",
    QuestionType.BOOLEAN: "true or false",
    QuestionType.SELECT: "one of the options",
    QuestionType.DATE: "a date such as 2026-01-31",
}


def check_delivery(delivered: record.Service, offers: Mapping[int, Offer]) -> None:
    """Raise Invalid for an unknown service or question, a question answered twice, and an answer
    of the wrong type. Questions may stay unanswered."""
    questions: dict[int, Question] = {}
    if delivered.service_id is not None:
        offer = offers.get(delivered.service_id)
        if offer is None:
            raise Invalid(
                "There is no such service", code="unknown_service", field="service.service_id"
            )
        questions = {question.id: question for question in offer.questions}
    for answer in delivered.answers:
        question = questions.pop(answer.question_id, None)
        if question is None:
            raise _invalid("unknown_question", "The service doesn't ask this, or not twice")
        if not fits(question, answer.answer):
            asked = f"The answer to question {question.id} has to be {SENTENCES[question.type]}"
            raise _invalid("wrong_answer", asked)


def _invalid(code: str, sentence: str) -> Invalid:
    return Invalid(sentence, code=code, field="service.answers")


def fits(question: Question, answer: object) -> bool:
    """True if the answer is of the question's type; of a select, one of its options."""
    match question.type:
        case QuestionType.TEXT:
            return isinstance(answer, str)
        case QuestionType.BOOLEAN:
            return isinstance(answer, bool)
        case QuestionType.NUMBER:
            is_number = isinstance(answer, int | float) and not isinstance(answer, bool)
            return is_number and math.isfinite(answer)  # type: ignore[arg-type]
        case QuestionType.SELECT:
            return isinstance(answer, str) and answer in question.options
        case QuestionType.DATE:
            return isinstance(answer, str) and _is_date(answer)


def _is_date(text: str) -> bool:
    try:
        # Python reads other forms, too: 20260131, and a week's day.
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
