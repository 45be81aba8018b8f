"""The practice's contacts: owners and staff of local businesses, and how it went with each."""

from dataclasses import dataclass
from enum import Enum
from random import Random

from domain.contact import Details

HOW_MANY = 60

FIRST = """
Amara Ben Carla Dmitri Elena Farid Grace Hector Ines Jonas Keiko Liam Mei Nadia Oscar Paula Quentin
Rosa Samir Tess Umar Vera Walter Ximena Yusuf Zoe Abel Bianca Curtis Dolores Emeka Fiona Gustavo
Hana Igor Joan Karim Lucia Miles Noor Otis Petra Raj Sofia Theo Ursula Victor Wanda Yara Zeke
""".split()
LAST = """
Abbott Becerra Choi Dacosta Ekholm Fontaine Garza Haddad Ibarra Jensen Kaplan Lozano Mbeki Novak
Okafor Petrov Quiroga Rinaldi Silva Tanaka Ueda Vance Weiss Xu Yilmaz Zamora Acheson Brandt
Calloway Delgado Espinoza Farrow Greer Holm Ivers Jarvis Kovacs Lundy Marsh Nyberg Ortega Pruitt
""".split()
BUSINESSES = """
Bakery|Auto Repair|Landscaping|Dental Studio|Bike Shop|Catering|Print Works|Veterinary Clinic|
Coffee Roasters|Plumbing|Day Care|Bookshop|Roofing|Pilates Studio|Florist|Brewery|Optics|Tailoring|
Electric|Music School|Framing|Cleaning Services|Farm Stand|Barbershop|Pottery|Physiotherapy
""".replace("\n", "").split("|")
TITLES = ("Owner", "Owner", "Managing partner", "Office manager", "Founder", "Operations", None)
TAGS = ("referral", "walk-in", "family business", "newsletter", "non-profit", "priority")


class Course(Enum):
    """How a relationship goes: since how many days ago, and how many days apart they talk."""

    STRANGER = ("stranger", (10, 120), 16)
    LEAD = ("lead", (30, 200), 14)
    HOPE = ("hope", (60, 260), 11)
    CLIENT = ("client", (150, 360), 9)
    REGULAR = ("regular", (250, 362), 6)
    GONE = ("gone", (280, 360), 12)
    LOST = ("lost", (100, 340), 15)
    ASLEEP = ("asleep", (200, 350), 18)
    BACK = ("back", (300, 360), 10)

    def __init__(self, _: str, since: tuple[int, int], gap: int):
        self.since = since
        self.gap = gap


COURSES = (
    [Course.STRANGER] * 9
    + [Course.LEAD] * 8
    + [Course.HOPE] * 8
    + [Course.CLIENT] * 12
    + [Course.REGULAR] * 9
    + [Course.GONE] * 4
    + [Course.LOST] * 5
    + [Course.ASLEEP] * 3
    + [Course.BACK] * 2
)


@dataclass(frozen=True, slots=True)
class Person:
    """`owner` and `second` are places in the team; `colleague` a place among the people."""

    number: int
    first: str
    details: Details
    business: str
    owner: int
    second: int
    course: Course
    colleague: int | None


def people() -> list[Person]:
    """The same people every time."""
    chance = Random("kith")  # noqa: S311  nothing to guess here
    firsts, lasts = chance.sample(FIRST, len(FIRST)), chance.sample(LAST, len(LAST))
    courses = chance.sample(COURSES, len(COURSES))
    made: list[Person] = []
    for number in range(HOW_MANY):
        first, last = firsts[number % len(firsts)], lasts[(number * 7) % len(lasts)]
        colleague = number - 1 if number % 6 == 5 else None
        owner = number % 4 if colleague is None else made[colleague].owner
        if colleague is None:
            business = f"{last} {chance.choice(BUSINESSES)}"
        else:
            business = made[colleague].business
        made.append(
            Person(
                number=number,
                first=first,
                details=_details(chance, f"{first} {last}", business),
                business=business,
                owner=owner,
                second=(owner + chance.randrange(1, 4)) % 4,
                course=courses[number],
                colleague=colleague,
            )
        )
    return made


def _details(chance: Random, name: str, business: str) -> Details:
    domain = business.lower().replace(" ", "-") + ".example"
    return Details(
        name=name,
        email=f"{name.lower().replace(' ', '.')}@{domain}",
        phone=f"+1 555 01{chance.randrange(100):02} {chance.randrange(1000, 9999)}",
        company=business,
        title=chance.choice(TITLES),
        tags=tuple(sorted(chance.sample(TAGS, chance.choice((0, 0, 1, 1, 2))))),
    )
