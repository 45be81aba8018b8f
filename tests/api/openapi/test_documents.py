import json
import re

import pytest

from api.http.front import Contract
from tests.api.openapi.documents import COMMITTED, document, served

each_contract = pytest.mark.parametrize("contract", served(), ids=lambda one: one.name)


@each_contract
def test_the_committed_document_is_the_one_that_is_served(contract: Contract, service):
    committed = COMMITTED / f"{contract.name}.json"
    refresh = "; if the change is meant: .venv/bin/python -m tests.api.openapi"
    assert committed.exists(), f"{committed.name} is missing{refresh}"
    given = json.loads(document(contract))
    assert given == json.loads(committed.read_text()), f"{committed.name} is outdated{refresh}"
    shown = service.anonymous(contract.base).get("/openapi.json").json()
    assert shown.pop("servers", [{"url": ""}]) == [{"url": contract.base}]
    assert shown == given


@each_contract
def test_every_operation_is_named_once_and_says_what_it_is_for(contract: Contract):
    operations = [
        operation
        for methods in contract.app.openapi()["paths"].values()
        for operation in methods.values()
    ]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    for operation in operations:
        assert operation["summary"]
        assert "HTTPValidationError" not in json.dumps(operation)


@each_contract
def test_every_reference_leads_somewhere(contract: Contract):
    given = contract.app.openapi()
    schemas = given["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(given)):
        assert name in schemas
    used = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(given)))
    assert set(schemas) == used


def test_committed_documents_are_those_of_the_served_contracts():
    names = {f"{contract.name}.json" for contract in served()}
    assert {path.name for path in COMMITTED.glob("*.json")} == names
