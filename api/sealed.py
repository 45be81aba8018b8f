"""The tables of sealed values."""

from infrastructure.accounts.secrets import STORE as ACCOUNTS
from infrastructure.sealing.values import Store
from infrastructure.webhooks.confidential import STORE as WEBHOOKS

STORES: tuple[Store, ...] = (WEBHOOKS, ACCOUNTS)
