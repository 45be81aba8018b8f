"""Running `kith` as a person does: a process of its own, on a database of the tests."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
KITH = [sys.executable, "-c", "import sys; from api.cli.main import main; sys.exit(main())"]


def start(conninfo: str, *arguments: str, **options) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*KITH, *arguments],
        cwd=ROOT,
        env=os.environ | {"KITH_DATABASE_URL": conninfo},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def run(conninfo: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    process = start(conninfo, *arguments)
    out, err = process.communicate(given, timeout=120)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)
