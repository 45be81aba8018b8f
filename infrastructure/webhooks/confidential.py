"""Values of webhooks that the log must not hold: full addresses, and the secrets that sign."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from domain.webhook import Webhook, WebhookRemoved
from infrastructure.sealing.keys import Keys
from infrastructure.sealing.values import ConfidentialValues, Store
from projections.paging import Fetch

STORE = Store("webhook_confidential", Webhook.kind, sealed_only=False)

ADDRESS = "json_build_array(a.id, a.value)"
"""The address of a row `a` of webhook_confidential, with its id."""

SECRETS = """(SELECT coalesce(
        json_agg(json_build_array(c.id, c.value) ORDER BY c.id = w.secret DESC), '[]')
    FROM webhook_confidential c WHERE c.id = w.secret OR c.id IN (
        SELECT f.secret FROM unnest(w.former, w.former_until) AS f(secret, until)
        WHERE f.until > now()))"""
"""The secrets that sign now for a row `w` of webhooks, each with its id, the current one first."""

FORGET_ENDED = STORE.forget_ended(WebhookRemoved.type)

Kept = Sequence[str]
"""The id of a value, and the value as it is kept."""


class Target(NamedTuple):
    """The address of a webhook, and the secrets that sign now."""

    url: str
    secrets: list[str]


def confidential(fetch: Fetch, keys: Keys) -> ConfidentialValues:
    return ConfidentialValues(fetch, keys, STORE)


def target(
    values: ConfidentialValues, tenant: str, webhook: UUID, address: Kept, secrets: Sequence[Kept]
) -> Target:
    """Raises Unopened."""
    url, *signing = (
        values.open(tenant, webhook, identity, kept) for identity, kept in (address, *secrets)
    )
    return Target(url, signing)
