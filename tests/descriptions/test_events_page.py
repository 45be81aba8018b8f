"""docs/events.md is what the event classes say, and what a consumer would find."""

import json
import re

import jsonschema_rs
import pytest

from infrastructure.publishing.event_types import TYPES
from infrastructure.publishing.json_schema import published
from tests.descriptions.events_page import PAGE, page
from tests.descriptions.examples import EXAMPLES, contact, data, redacted

TEXT = PAGE.read_text()


def check(name: str, shown: object) -> None:
    text = json.loads(published()[f"{name}.json"])
    jsonschema_rs.Draft202012Validator(text, validate_formats=True).validate(shown)


def test_the_committed_page_is_the_one_of_the_classes():
    assert page() == TEXT, "if the change is meant: .venv/bin/python -m tests.descriptions"


def test_every_type_has_its_place():
    for name in TYPES:
        assert f"\n### {name}\n" in TEXT


@pytest.mark.parametrize("name", TYPES)
def test_every_example_fits_its_schema(name: str):
    check(name, data(EXAMPLES[name]))


def test_other_examples_of_the_page_fit_their_schemas():
    check("kith.interaction.logged.v1", redacted())
    check("kith.contacts.v1", contact())


def test_every_link_within_the_page_leads_somewhere():
    headings = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    places = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert len(places) == len(headings)
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= places
