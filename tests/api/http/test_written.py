"""Documents about the service are written beside the event loop, one at a time, and once."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from api.http import contract_app
from tests.api.running import Service, running

SECONDS = 60.0


class Writing:
    """An OpenAPI document that is as slow as the test has it."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.times = 0


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Writing]:
    writing, complete = Writing(), contract_app._complete_document

    def completed(*given: object) -> None:
        writing.times += 1
        writing.begun.set()
        assert writing.may_end.wait(SECONDS)
        complete(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(contract_app, "_complete_document", completed)
    yield writing
    writing.may_end.set()


@pytest.fixture
def fresh(database: Callable[[], str]) -> Iterator[Service]:
    """A service that has written nothing yet."""
    with running(database()) as service:
        yield service


def test_requests_are_answered_while_a_document_is_written(fresh: Service, slow: Writing):
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(fresh.anonymous().get, "/openapi.json") for _ in range(3)]
        assert slow.begun.wait(SECONDS)
        for _ in range(5):
            assert fresh.anonymous().get("/health/live").status_code == 200
        assert not any(each.done() for each in asked)
        slow.may_end.set()
        documents = {each.result().content for each in asked}
    assert len(documents) == slow.times == 1


def test_a_client_that_goes_takes_the_document_from_nobody(fresh: Service, slow: Writing):
    with pytest.raises(httpx.ReadTimeout):
        fresh.anonymous("/sites").get("/openapi.json", timeout=1)
    assert slow.begun.wait(SECONDS)
    slow.may_end.set()
    assert fresh.anonymous("/sites").get("/openapi.json").json()["openapi"]
    assert slow.times == 1
