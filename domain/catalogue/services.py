"""The built-in services, under the same numbers on every installation.

Numbers stay below FIRST_OWN, the first number of tenants' own services, programs and questions.
"""

from domain.service import Offer, Program, Question, QuestionType

FIRST_OWN = 100_000

IMMIGRATION = Program(id=1, name="Immigration")
FINANCES = Program(id=2, name="Financial Education")
HEALTH = Program(id=3, name="Health")
FAMILIES = Program(id=4, name="Families and Youth")
LEARNING = Program(id=5, name="Learning and Work")
COMMUNITY = Program(id=6, name="Community Engagement")


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


def _offers(id: int, program: Program, name: str, about: str, *asks: Question) -> tuple[int, Offer]:
    return id, Offer(name=name, description=about, program=program, questions=asks)


BUILT_IN_SERVICES: dict[int, Offer] = dict(
    (
        _offers(
            1,
            IMMIGRATION,
            "Immigration consultation",
            "A first look at somebody's options.",
            LANGUAGE,
            REFERRED,
        ),
        _offers(
            2, IMMIGRATION, "DACA renewal", "Filling out and filing a renewal.", RECEIPT, EXPIRES
        ),
        _offers(3, IMMIGRATION, "Family petition", "Filing for a relative.", RECEIPT, HOUSEHOLD),
        _offers(
            4,
            IMMIGRATION,
            "Green card renewal",
            "Filling out and filing a renewal.",
            RECEIPT,
            EXPIRES,
            FEE_WAIVER,
        ),
        _offers(
            5,
            IMMIGRATION,
            "Work permit",
            "Filling out and filing an application.",
            RECEIPT,
            EXPIRES,
        ),
        _offers(
            6,
            IMMIGRATION,
            "Citizenship class",
            "Preparing for the test and the interview.",
            LANGUAGE,
            INTERVIEW,
        ),
        _offers(
            7,
            IMMIGRATION,
            "Citizenship application",
            "Filling out and filing an application.",
            HOUSEHOLD,
            RECEIPT,
            INTERVIEW,
            FEE_WAIVER,
        ),
        _offers(8, IMMIGRATION, "Legal referral", "Handing a case over to an attorney.", REFERRED),
        _offers(
            9,
            FINANCES,
            "Tax preparation",
            "Preparing and filing a return.",
            TAX_YEAR,
            REFUND,
            HOUSEHOLD,
        ),
        _offers(
            10, FINANCES, "Taxpayer number", "Applying for an individual taxpayer number.", TAX_YEAR
        ),
        _offers(
            11,
            FINANCES,
            "Budgeting workshop",
            "Planning what comes in and goes out.",
            LANGUAGE,
            BUDGET,
        ),
        _offers(
            12,
            FINANCES,
            "Credit building",
            "Reading a credit report and planning from it.",
            GOAL,
            BUDGET,
        ),
        _offers(
            13,
            FINANCES,
            "Financial coaching",
            "Working towards a goal, one meeting at a time.",
            HOUSEHOLD,
            GOAL,
            SAVED,
            BUDGET,
        ),
        _offers(14, FINANCES, "Starting a business", "From an idea to a licence.", REFERRED),
        _offers(
            15,
            HEALTH,
            "Health screening",
            "Blood pressure, glucose and weight.",
            BLOOD_PRESSURE,
            FOLLOW_UP,
        ),
        _offers(
            16,
            HEALTH,
            "Health insurance enrollment",
            "Choosing a plan and signing up.",
            HOUSEHOLD,
            COVERED_FROM,
        ),
        _offers(
            17, HEALTH, "Food assistance", "Applying for help with groceries.", HOUSEHOLD, CHILDREN
        ),
        _offers(18, HEALTH, "Vaccination", "A vaccination, here or at a partner's.", FOLLOW_UP),
        _offers(
            19, HEALTH, "Counseling referral", "Finding somebody to talk to.", REFERRED, LANGUAGE
        ),
        _offers(20, FAMILIES, "Parenting class", "A course for parents.", CHILDREN, LANGUAGE),
        _offers(21, FAMILIES, "Youth mentoring", "Somebody older to ask.", GRADE),
        _offers(22, LEARNING, "English class", "A course in English.", LEVEL),
        _offers(23, LEARNING, "Computer class", "A course in using computers.", LEVEL, LANGUAGE),
        _offers(
            24,
            LEARNING,
            "Job search",
            "Applications, interviews, and where to look.",
            JOB,
            HIRED_ON,
        ),
        _offers(
            25,
            COMMUNITY,
            "Know your rights",
            "A talk about rights at work and at home.",
            ATTENDED,
            LANGUAGE,
        ),
        _offers(26, COMMUNITY, "Document pick-up", "Handing over what has arrived for somebody."),
    )
)
"""By number."""
