"""The bytes of a Kafka message of every type of event: key, headers and value, plain and redacted.

`python -m tests.infrastructure.relay.golden_messages` writes the files that are missing. It never
writes over one: somebody has such messages in a topic.
"""

from functools import cache
from pathlib import Path

from infrastructure.relay.cloud_events import Message, message
from tests.infrastructure.publishing.golden_steps import BASE_URL, golden_steps

GOLDEN = Path(__file__).parent / "golden"


@cache
def messages() -> dict[str, Message]:
    """By file name: what is sent today."""
    return {
        f"{name}.kafka": message(step, hidden=hidden, base_url=BASE_URL)
        for name, step, hidden in golden_steps()
    }


def written(sent: Message) -> bytes:
    """Key, headers and value as a file: one line each, as they are."""
    lines = [sent.key, *[name.encode() + b": " + value for name, value in sent.headers]]
    return b"\n".join([*lines, sent.value or b""]) + b"\n"


def read(file: Path) -> Message:
    """No key, header or value has a line break in it: JSON escapes them."""
    key, *headers, value = file.read_bytes().rstrip(b"\n").split(b"\n")
    pairs = [line.split(b": ", 1) for line in headers]
    return Message(key, value, [(name.decode(), text) for name, text in pairs])


def write_missing() -> None:
    for name, sent in messages().items():
        if not (GOLDEN / name).exists():
            (GOLDEN / name).write_bytes(written(sent))


if __name__ == "__main__":
    write_missing()
