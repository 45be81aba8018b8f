"""The built-in services, under the same numbers on every installation.

Numbers stay below FIRST_OWN, the first number of tenants' own services, programs and questions.
"""

from domain.service import Offer, Program, Question, QuestionType

FIRST_OWN = 100_000


def _asks(id: int, type: QuestionType, label: str, *options: str) -> Question:
    return Question(id=id, type=type, label=label, options=options)


TEXT, NUMBER, BOOLEAN = QuestionType.TEXT, QuestionType.NUMBER, QuestionType.BOOLEAN
SELECT, DATE = QuestionType.SELECT, QuestionType.DATE

HOUSEHOLD = _asks(123, NUMBER, "How many people live in the household?")
LANGUAGE = _asks(101, SELECT, "In which language?", "English", "Spanish", "Portuguese", "Other")
REFERRED = _asks(102, TEXT, "Who referred the client?")
RECEIPT = _asks(103, TEXT, "Receipt number")
EXPIRES = _asks(104, DATE, "When does the current document expire?")
INTERVIEW = _asks(105, DATE, "When is the interview?")
FEE_WAIVER = _asks(106, BOOLEAN, "Was a fee waiver asked for?")
TAX_YEAR = _asks(107, NUMBER, "Tax year")
REFUND = _asks(108, NUMBER, "Refund or amount due")
GOAL = _asks(
    109, SELECT, "What is the goal?", "Savings", "Debt", "Credit", "Home", "Car", "Education"
)
SAVED = _asks(110, NUMBER, "Change in savings since the last time")
BUDGET = _asks(111, BOOLEAN, "Does the client keep a budget?")
BLOOD_PRESSURE = _asks(112, TEXT, "Blood pressure")
FOLLOW_UP = _asks(113, BOOLEAN, "Was the client referred to a doctor?")
COVERED_FROM = _asks(114, DATE, "Covered from")
CHILDREN = _asks(115, NUMBER, "How many children?")
GRADE = _asks(116, SELECT, "School", "Elementary", "Middle", "High", "College")
LEVEL = _asks(117, SELECT, "Level", "Beginner", "Intermediate", "Advanced")
JOB = _asks(118, TEXT, "What work is the client looking for?")
HIRED_ON = _asks(119, DATE, "Hired on")
ATTENDED = _asks(120, NUMBER, "How many people attended?")


OFFERED = {
    Program(id=1, name="Immigration"): {
        1: ("Immigration consultation", "A first look at somebody's options.", LANGUAGE, REFERRED),
        2: ("DACA renewal", "Filling out and filing a renewal.", RECEIPT, EXPIRES),
        3: ("Family petition", "Filing for a relative.", RECEIPT, HOUSEHOLD),
        4: (
            "Green card renewal",
            "Filling out and filing a renewal.",
            RECEIPT,
            EXPIRES,
            FEE_WAIVER,
        ),
        5: ("Work permit", "Filling out and filing an application.", RECEIPT, EXPIRES),
        6: ("Citizenship class", "Preparing for the test and the interview.", LANGUAGE, INTERVIEW),
        7: (
            "Citizenship application",
            "Filling out and filing an application.",
            HOUSEHOLD,
            RECEIPT,
            INTERVIEW,
            FEE_WAIVER,
        ),
        8: ("Legal referral", "Handing a case over to an attorney.", REFERRED),
    },
    Program(id=2, name="Financial Education"): {
        9: ("Tax preparation", "Preparing and filing a return.", TAX_YEAR, REFUND, HOUSEHOLD),
        10: ("Taxpayer number", "Applying for an individual taxpayer number.", TAX_YEAR),
        11: ("Budgeting workshop", "Planning what comes in and goes out.", LANGUAGE, BUDGET),
        12: ("Credit building", "Reading a credit report and planning from it.", GOAL, BUDGET),
        13: (
            "Financial coaching",
            "Working towards a goal, one meeting at a time.",
            HOUSEHOLD,
            GOAL,
            SAVED,
            BUDGET,
        ),
        14: ("Starting a business", "From an idea to a licence.", REFERRED),
    },
    Program(id=3, name="Health"): {
        15: ("Health screening", "Blood pressure, glucose and weight.", BLOOD_PRESSURE, FOLLOW_UP),
        16: (
            "Health insurance enrollment",
            "Choosing a plan and signing up.",
            HOUSEHOLD,
            COVERED_FROM,
        ),
        17: ("Food assistance", "Applying for help with groceries.", HOUSEHOLD, CHILDREN),
        18: ("Vaccination", "A vaccination, here or at a partner's.", FOLLOW_UP),
        19: ("Counseling referral", "Finding somebody to talk to.", REFERRED, LANGUAGE),
    },
    Program(id=4, name="Families and Youth"): {
        20: ("Parenting class", "A course for parents.", CHILDREN, LANGUAGE),
        21: ("Youth mentoring", "Somebody older to ask.", GRADE),
    },
    Program(id=5, name="Learning and Work"): {
        22: ("English class", "A course in English.", LEVEL),
        23: ("Computer class", "A course in using computers.", LEVEL, LANGUAGE),
        24: ("Job search", "Applications, interviews, and where to look.", JOB, HIRED_ON),
    },
    Program(id=6, name="Community Engagement"): {
        25: ("Know your rights", "A talk about rights at work and at home.", ATTENDED, LANGUAGE),
        26: ("Document pick-up", "Handing over what has arrived for somebody."),
    },
}
"""Each program's services by number: their names, descriptions and questions."""

BUILT_IN_SERVICES: dict[int, Offer] = {
    number: Offer(name=name, description=description, program=program, questions=questions)
    for program, services in OFFERED.items()
    for number, (name, description, *questions) in services.items()
}
"""By number."""
