"""The receiver of docs/webhooks.md runs as printed, and its schedule is the code's."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infrastructure.webhooks.schedule import RETRIES
from infrastructure.webhooks.signing import headers, new_secret

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
UNITS = {"s": 1, "min": 60, "h": 3600}


def test_the_receiver_believes_what_was_signed_once_and_nothing_else():
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    secret, seen, queued = new_secret(), set[str](), list[object]()

    def seen_before(identity: str) -> bool:
        known = identity in seen
        seen.add(identity)
        return known

    names: dict[str, Any] = {"SECRET": secret, "seen": seen_before, "queue": queued.append}
    exec(example, names)  # noqa: S102
    receive = names["receive"]
    body = b'{"specversion":"1.0","type":"kith.contact.added.v1"}'
    signed = headers("01890a5d-ac96-774b-bcce-b302099a8057", body, [secret], datetime.now(UTC))
    assert [receive(body, signed), receive(body, signed)] == [204, 204]
    assert queued == [{"specversion": "1.0", "type": "kith.contact.added.v1"}]
    assert receive(body + b" ", signed) == 401
    assert {name for name in signed if name.startswith("webhook-")} == set(
        re.findall(r"^(webhook-\w+):", PAGE, re.MULTILINE)
    )


def test_the_table_of_attempts_is_the_schedule_of_the_code():
    (row,) = re.findall(r"^\| after the one before \| at once \| (.*) \|$", PAGE, re.MULTILINE)
    pauses = [cell.split() for cell in row.split(" | ")]
    assert tuple(float(number) * UNITS[unit] for number, unit in pauses) == RETRIES
