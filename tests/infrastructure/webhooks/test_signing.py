"""Signatures are those of Standard Webhooks, as its specification prints one."""

from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from infrastructure.webhooks.signing import headers, new_secret

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, UTC)


def test_the_printed_message_has_the_printed_signature():
    signed = headers(MESSAGE, BODY, [SECRET], AT)
    assert signed["webhook-id"] == MESSAGE
    assert signed["webhook-timestamp"] == "1614265330"
    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_every_valid_secret_signs_the_current_one_first():
    one, two, now = new_secret(), new_secret(), datetime.now(UTC)
    signed = headers(MESSAGE, BODY, [one, two], now)
    first, _ = signed["webhook-signature"].split(" ")
    assert first == headers(MESSAGE, BODY, [one], now)["webhook-signature"]
    for secret in (one, two):
        Webhook(secret).verify(BODY, signed)


def test_an_old_message_is_refused_by_the_verifier():
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(SECRET).verify(BODY, headers(MESSAGE, BODY, [SECRET], AT))


def test_secrets_are_long_and_differ():
    assert len({new_secret() for _ in range(100)}) == 100
    assert all(len(new_secret()) == len("whsec_") + 44 for _ in range(3))
