"""The built-in services, under the same numbers on every installation.

Numbers stay below FIRST_OWN, the first number of tenants' own services, programs and questions.
"""

import json
from importlib.resources import files

from domain.service import Offer, Program, Question

FIRST_OWN = 100_000

CATALOGUE = json.loads(files("domain.catalogue").joinpath("services.json").read_text("utf-8"))
"""Programs with their services, which name their questions by number."""

QUESTIONS = {asked["id"]: Question.model_validate(asked) for asked in CATALOGUE["questions"]}

BUILT_IN_SERVICES: dict[int, Offer] = {
    service["id"]: Offer(
        name=service["name"],
        description=service["description"],
        program=Program.model_validate(program),
        questions=tuple(QUESTIONS[number] for number in service["questions"]),
    )
    for program in CATALOGUE["programs"]
    for service in program["services"]
}
"""By number."""
