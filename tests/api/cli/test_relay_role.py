"""`kith serve --role relay` says what it lacks."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
MAIN = "from api.cli.main import main; raise SystemExit(main())"


def test_a_relay_without_a_kafka_is_a_sentence_and_exit_1():
    env = {name: value for name, value in os.environ.items() if not name.startswith("KITH_")}
    ended = subprocess.run(
        [sys.executable, "-c", MAIN, "serve", "--role", "relay"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert "KITH_KAFKA_BOOTSTRAP_SERVERS" in ended.stderr
    assert "Traceback" not in ended.stderr
