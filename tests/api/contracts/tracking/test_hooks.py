"""Notices at the hooks: anybody may send one, and only the token of a channel does anything."""

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


def test_a_notice_is_never_read(service: Service, resting: Resting):
    answer = notice(service, resting.channel, TOKEN, b"{nonsense" * 1_000)
    assert (answer.status_code, resting.woken) == (204, True)
