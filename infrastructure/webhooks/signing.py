"""Signatures by Standard Webhooks, which receivers verify."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime

from standardwebhooks import Webhook

from infrastructure.publishing.cloud_events import STRUCTURED

SECRET_BYTES = 32


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(message_id: str, body: bytes, signing: Sequence[str], now: datetime) -> dict[str, str]:
    """The headers of a message, with one signature for each secret."""
    text = body.decode()
    signatures = [Webhook(secret).sign(message_id, now, text) for secret in signing]
    return {
        "Content-Type": STRUCTURED,
        "User-Agent": "kith-webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
