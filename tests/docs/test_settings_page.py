"""The operations page lists every setting."""

from dataclasses import fields
from pathlib import Path

from infrastructure.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


def test_every_setting_is_in_the_table():
    listed = {
        word.strip("`, ")
        for line in PAGE.read_text().splitlines()
        if line.startswith("| `KITH_")
        for word in line.split("|")[1].split(",")
    }
    assert listed == {f"KITH_{each.name.upper()}" for each in fields(Settings)}
