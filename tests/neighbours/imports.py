"""An import of large mails, which is a process of its own with the same
database and the same append lock."""

import os
import random
import subprocess
import sys
import tempfile
from contextlib import suppress

from tests.neighbours.attacking import Target

MAILS, PEOPLE = 600, 20
LINES = 1_300


def large_mails(target: Target, seconds: float) -> None:
    command = [sys.executable, "-c", target.code, "import", "mbox"]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".mbox") as mailbox:
        for number in range(MAILS):
            mailbox.write(_mail(number))
        mailbox.flush()
        process = subprocess.Popen(
            [*command, mailbox.name, "--tenant", "loud", "--me", "me@loud.example"],
            env=os.environ | {"KITH_DATABASE_URL": target.conninfo},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with suppress(subprocess.TimeoutExpired):
            assert process.wait(seconds + 2) == 0
        process.kill()
        process.wait()


def _mail(number: int) -> str:
    """A mail with a text of which PostgreSQL's compression makes nothing less."""
    letters = random.Random(number).choices("abcdefghijklmnopqrstuvwxyz", k=72 * LINES)
    lines = "".join("".join(letters[72 * at : 72 * at + 71]) + "\n" for at in range(LINES))
    people = ", ".join(f"p{each}.{number}@loud.example" for each in range(PEOPLE))
    return (
        "From me@loud.example Tue Jan 02 10:00:00 2024\n"
        f"Message-ID: <{number}@loud.example>\nDate: Tue, 02 Jan 2024 10:00:00 +0000\n"
        f"From: me@loud.example\nTo: {people}\nSubject: Offer {number}\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{lines}\n"
    )
