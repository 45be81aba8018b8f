"""The OpenAPI documents as they are committed, and as the contracts give them."""

import json
from pathlib import Path

from api.contracts_served import native, others
from api.http.front import Contract

COMMITTED = Path(__file__).parent


def served() -> tuple[Contract, ...]:
    return (native(), *others())


def document(contract: Contract) -> str:
    return json.dumps(contract.app.openapi(), indent=2, ensure_ascii=False) + "\n"
