"""The documents about events, as anybody may read them."""

import json

import httpx
import pytest

from api.asyncapi.document import document
from api.cli.main import main
from infrastructure.publishing.cloud_events import cloud_event
from infrastructure.publishing.event_types import TYPES
from tests.api.running import Service
from tests.descriptions import schemas
from tests.infrastructure.publishing.golden_steps import golden_steps


@pytest.mark.parametrize("name", TYPES)
def test_an_events_dataschema_is_the_address_of_its_schema(service: Service, name: str):
    (one,) = (step for found, step, _ in golden_steps() if found == name)
    event = cloud_event(one.recorded, hidden=False, base_url=service.url)
    response = httpx.get(event.attributes["dataschema"], trust_env=False)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/schema+json"
    assert response.content == (schemas.COMMITTED / f"{name}.json").read_bytes()
    assert response.json()["title"] == name


@pytest.mark.parametrize(
    "name", ["kith.contact.added.v1", "kith.contact.added.v2.json", "..%2Fcatalogue.py", "%00"]
)
def test_an_unknown_schema_is_404(service: Service, name: str):
    response = service.anonymous().get(f"/schemas/{name}")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_the_asyncapi_document_is_public(service: Service):
    response = service.anonymous().get("/asyncapi.json")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/vnd.aai.asyncapi+json;version=3.0.0"
    assert response.content == document(service.services.settings.base_url)


def test_the_command_prints_it(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
):
    monkeypatch.setattr("sys.argv", ["kith", "asyncapi"])
    monkeypatch.setenv("KITH_PUBLIC_URL", "https://kith.example.com")
    assert main() == 0
    printed = capfdbinary.readouterr().out
    assert printed == document("https://kith.example.com")
    assert json.loads(printed)["asyncapi"] == "3.0.0"
