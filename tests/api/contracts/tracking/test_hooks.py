"""Notices at the hooks: anybody may send one, and only the token of a channel does anything."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from infrastructure.accounts.notices import digest
from tests.api.running import Service

TOKEN = "t" * 43
ADD = """
INSERT INTO calendar_channels (id, account, tenant, calendar, address, digest)
VALUES (%s, %s, '1', 'work', 'https://kith.example.com', %s)
"""
REST = """
INSERT INTO account_states (account, tenant, wake, next_at)
VALUES (%s, '1', false, now() + interval '1 hour')
"""
WOKEN = "SELECT wake FROM account_states WHERE account = %s"


class Resting:
    """An account that isn't due, and its channel."""

    def __init__(self, service: Service):
        self.account, self.channel = uuid4(), uuid4()
        self._look = service._look
        self._look.execute(REST, (self.account,))
        self._look.execute(ADD, (self.channel, self.account, digest(TOKEN)))

    @property
    def woken(self) -> bool:
        row = self._look.execute(WOKEN, (self.account,)).fetchone()
        assert row is not None
        return bool(row[0])


@pytest.fixture
def resting(service: Service) -> Resting:
    return Resting(service)


def notice(
    service: Service, channel: UUID | str, token: str | None, content: bytes = b""
) -> httpx.Response:
    headers = [] if token is None else [(b"X-Goog-Channel-Token", token.encode())]
    with service.anonymous() as client:
        return client.post(f"/hooks/google/{channel}", headers=headers, content=content)


def test_a_notice_with_the_channels_token_wakes_its_account(service: Service, resting: Resting):
    answer = notice(service, resting.channel, TOKEN)
    assert (answer.status_code, answer.content, resting.woken) == (204, b"", True)


@pytest.mark.parametrize("token", [None, "", "x", TOKEN[:-1], TOKEN + "t", "ü", "t" * 5_000])
def test_a_wrong_token_is_answered_like_a_channel_that_isnt_there(
    service: Service, resting: Resting, token: str | None
):
    wrong, unknown = (notice(service, one, token) for one in (resting.channel, uuid4()))
    assert (wrong.status_code, wrong.content) == (404, unknown.content)
    assert wrong.json()["code"] == "channel_not_found"
    shown = [{**answer.headers, "x-request-id": "", "date": ""} for answer in (wrong, unknown)]
    assert shown[0] == shown[1]
    assert not resting.woken


@pytest.mark.parametrize(
    "channel", ["x", "7", "%00", "a" * 2_000, "00000000-0000-0000-0000-000000000000"]
)
def test_a_channel_that_is_no_id_is_404(service: Service, channel: str):
    assert notice(service, channel, TOKEN).status_code == 404


def test_a_notice_of_googles_is_never_read(service: Service, resting: Resting):
    answer = notice(service, resting.channel, TOKEN, b"{nonsense" * 1_000)
    assert (answer.status_code, resting.woken) == (204, True)


def batch(service: Service, value: object, **more: Any) -> httpx.Response:
    with service.anonymous() as client:
        return client.post("/hooks/microsoft", json={"value": value}, **more)


def test_each_notice_of_a_batch_wakes_its_account(service: Service):
    resting = [Resting(service) for _ in range(3)]
    tokens = (TOKEN, "another", TOKEN)
    states = [f"{one.channel}.{token}" for one, token in zip(resting, tokens, strict=True)]
    notices = [{"clientState": each, "subscriptionId": "x", "resource": {}} for each in states]
    answer = batch(service, [*notices, {}, {"clientState": None}, {"clientState": "x"}])
    assert (answer.status_code, answer.content) == (202, b"")
    assert [one.woken for one in resting] == [True, False, True]


def test_an_answer_to_a_batch_doesnt_tell_whether_it_counts(service: Service, resting: Resting):
    states = (f"{resting.channel}.{TOKEN}", f"{resting.channel}.x", f"{uuid4()}.{TOKEN}", "")
    answers = [batch(service, [{"clientState": each}]) for each in states]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"")}


@pytest.mark.parametrize(
    "text", ["Validation: Testing", "<script>alert(1)</script>", "a+b %20 é 🙂"]
)
def test_a_validation_is_repeated_as_plain_text(service: Service, text: str):
    with service.anonymous() as client:
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        query = {"validationToken": text}
        answer = client.post("/hooks/microsoft", params=query, headers=headers)
    assert (answer.status_code, answer.text) == (200, text)
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_validation_of_any_length_isnt_repeated(service: Service):
    with service.anonymous() as client:
        answer = client.post("/hooks/microsoft", params={"validationToken": "a" * 5_000})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 422),
        (b'{"value": 1}', 422),
        (b'{"value": [1]}', 422),
        (b'{"value": [{"clientState": 1}]}', 422),
        (b'{"value": [' + b" " * 300_000 + b"]}", 413),
    ],
)
def test_a_batch_without_sense_is_refused(service: Service, content: bytes, status: int):
    with service.anonymous() as client:
        headers = {"Content-Type": "application/json"}
        answer = client.post("/hooks/microsoft", content=content, headers=headers)
    assert answer.status_code == status, answer.text
