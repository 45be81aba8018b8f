"""Write the OpenAPI documents anew: `python -m tests.api.openapi`.

They are committed, so that a change of a contract is seen by whoever reviews it.
"""

import sys

from tests.api.openapi.documents import COMMITTED, document, served

for contract in served():
    (COMMITTED / f"{contract.name}.json").write_text(document(contract))
    sys.stdout.write(f"{contract.name}.json\n")
