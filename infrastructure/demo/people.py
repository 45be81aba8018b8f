"""Who is in the demonstration: a team of four, and those they know. All of them are invented."""

from random import Random
from typing import NamedTuple

from domain.contact import Details

TEAM = (
    ("101", "Mara Okafor"),
    ("102", "Jonas Lind"),
    ("103", "Priya Raman"),
    ("104", "Tom Ellery"),
)
"""User ids and names."""

GIVEN = (
    "Ada Bruno Chiara Daniel Elif Farid Greta Hugo Ines Jamal Katja Leon Mina Nadia Oskar Paula "
    "Quentin Rosa Samir Tessa Umar Vera Wanda Xenia Yusuf Zoe"
).split()
FAMILY = (
    "Adler Bianchi Castro Dubois Ekdahl Fischer Gallo Hansen Ibsen Jansen Kovacs Laurent Moreau "
    "Novak Olsen Petrov Quist Rossi Sato Tanaka Ueda Vogel Weber Yilmaz Zeman"
).split()
COMPANIES = (
    "Harbour & Pine",
    "Northlight Studio",
    "Bakery Lindgren",
    "Tidewater Logistics",
    "Oak Street Clinic",
    "Fernweh Travel",
    "Ironbridge Tools",
    "Kestrel Energy",
    "Paperhouse Press",
    "Solstice Gardens",
    "Union Cycles",
    "Vantage Legal",
)
TITLES = ("Owner", "Head of purchasing", "Managing director", "Office manager", "Engineer", "Buyer")
TAGS = ("newsletter", "referral", "trade fair", "local", "key account", "press")

CONTACTS = 60


class Someone(NamedTuple):
    """A contact to be, and the member of the team who looks after them."""

    details: Details
    owner: int


def contacts(random: Random) -> list[Someone]:
    names = [f"{given} {family}" for given in GIVEN for family in FAMILY]
    return [_someone(random, name) for name in random.sample(names, CONTACTS)]


def _someone(random: Random, name: str) -> Someone:
    company = random.choice(COMPANIES)
    address = "".join(letter for letter in company.lower() if letter.isalpha())
    details = Details(
        name=name,
        email=f"{name.lower().replace(' ', '.')}@{address}.example",
        phone=f"+44 20 7946 {random.randrange(10_000):04}",
        company=company,
        title=random.choice(TITLES),
        tags=tuple(sorted(random.sample(TAGS, random.choice((0, 1, 1, 2))))),
    )
    return Someone(details, random.randrange(len(TEAM)))
