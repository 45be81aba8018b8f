"""The whole address and the credentials of accounts: one sealed JSON object each, never plain."""

from domain.account import Account
from infrastructure.sealing.keys import Keys
from infrastructure.sealing.values import ConfidentialValues, Store
from projections.paging import Fetch

STORE = Store("account_secrets", Account.kind)


def account_secrets(fetch: Fetch, keys: Keys) -> ConfidentialValues:
    return ConfidentialValues(fetch, keys, STORE)
