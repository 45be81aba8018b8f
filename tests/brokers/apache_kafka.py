"""Apache Kafka from the jars that `make kafka` fetches: one node, broker and controller in one."""

import re
import shutil
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from tests.brokers.broker import RealBroker, free_port

JARS = Path(__file__).parents[2] / ".kafka" / "libs"
OLDEST_JAVA = 17

PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listeners=PLAINTEXT://127.0.0.1:{port},BEHIND://127.0.0.1:{behind},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},BEHIND://127.0.0.1:{proxy}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,BEHIND:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={directory}/data
# One node can't keep three copies.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
"""


class ApacheKafka(RealBroker):
    """Keeps what it has in a directory: it is there again after a start.

    Who comes to its port `behind` is told to find it at the port `proxy`: room for a proxy between.
    """

    def __init__(self, directory: Path):
        super().__init__()
        self.name = f"Apache Kafka {version()}"
        self.behind, self.proxy = free_port(), free_port()
        self._directory = directory
        self._properties = directory / "server.properties"
        self._said = directory / "stderr"

    def command(self) -> Sequence[str]:
        if not self._properties.exists():
            self._format()
        return _java("-Xms128m", "-Xmx512m", "kafka.Kafka", str(self._properties))

    def empty(self) -> None:
        self.start()
        with self.administrator() as admin:
            topics = [name for name in admin.list_topics() if not name.startswith("__")]
            if topics:
                admin.delete_topics(topics)

    def complaint(self) -> str:
        return self._said.read_text(errors="replace")[-2000:]

    def spawn(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        quiet = subprocess.DEVNULL
        with self._said.open("wb") as said:
            return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=said)

    def properties(self) -> str:
        return PROPERTIES.format(
            port=self.port,
            behind=self.behind,
            proxy=self.proxy,
            controller=free_port(),
            directory=self._directory,
        )

    def users(self) -> Sequence[str]:
        """The credentials in the form of the storage tool's option --add-scram."""
        return ()

    def _format(self) -> None:
        self._properties.write_text(self.properties())
        # An id that begins with a dash, as one in 64 does, would be taken for an option.
        cluster = "k" + urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")[1:]
        storage = ("kafka.tools.StorageTool", "format", "--cluster-id", cluster)
        users = [part for user in self.users() for part in ("--add-scram", user)]
        subprocess.run(
            _java("-Xmx128m", *storage, "--config", str(self._properties), *users),
            check=True,
            capture_output=True,
        )


def available() -> bool:
    """True if the jars and a Java that runs them are there."""
    java = shutil.which("java")
    if not (java and any(JARS.glob("kafka_*.jar"))):
        return False
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return found is not None and int(found[1]) >= OLDEST_JAVA


def version() -> str:
    (jar,) = JARS.glob("kafka_2*.jar")
    return jar.stem.rpartition("-")[2]


def _java(*arguments: str) -> Sequence[str]:
    level = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
    # It is started often and does little: what takes time is the compiler.
    return (
        "java",
        level,
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        f"{JARS}/*",
        *arguments,
    )
